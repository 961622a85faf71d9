import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { processTerminal } from './terminal.js';

/** A stream that fails from the first write on, with an error of this code; without one it takes everything. */
function stream(code?: string) {
  const written: string[] = [];
  const taking = new Writable({
    decodeStrings: false,
    autoDestroy: false,
    write: (text: string, _, done) => {
      if (code === undefined) written.push(text);
      done(code === undefined ? null : Object.assign(new Error(`${code}: no`), { code }));
    },
  });
  return Object.assign(taking as NodeJS.WriteStream, { written });
}

async function afterWriting(out: ReturnType<typeof stream>, err: ReturnType<typeof stream>) {
  const process = Object.assign(new EventEmitter(), { stdout: out, stderr: err, env: {}, exitCode: 0 });
  const terminal = processTerminal(process);
  for (const text of ['one', 'two']) {
    terminal.write(text);
    terminal.writeError(`${text}!`);
    await new Promise(setImmediate);
  }
  process.emit('exit');
  return { out: out.written, err: err.written, exitCode: process.exitCode };
}

describe('the terminal of a process', () => {
  it('writes to both streams', async () => {
    const ended = await afterWriting(stream(), stream());
    expect(ended).toEqual({ out: ['one', 'two'], err: ['one!', 'two!'], exitCode: 0 });
  });

  it('is content when its reader has gone away', async () => {
    const ended = await afterWriting(stream('EPIPE'), stream());
    expect(ended).toEqual({ out: [], err: ['one!', 'two!'], exitCode: 0 });
  });

  it('tells once that the output is lost, and ends with 1', async () => {
    const { err, exitCode } = await afterWriting(stream('ENOSPC'), stream());
    expect(err).toEqual(['one!', expect.stringMatching(/ENOSPC.*\[output_lost\]/), 'two!']);
    expect(exitCode).toBe(1);
  });

  it('answers although nobody hears its complaints', async () => {
    for (const code of ['EPIPE', 'ENOSPC']) {
      const ended = await afterWriting(stream(), stream(code));
      expect(ended).toEqual({ out: ['one', 'two'], err: [], exitCode: 0 });
    }
  });
});
