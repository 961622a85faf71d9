import { EventEmitter } from 'node:events';
import type { ExitCode } from './exit-code.js';
import { runProgram } from './program.js';
import { recordingTerminal } from './testing/recording-terminal.js';

async function ran(...args: string[]) {
  const terminal = recordingTerminal();
  let exitCode: ExitCode | undefined;
  await runProgram(args, {
    terminal,
    signals: new EventEmitter(),
    leave: () => undefined,
    setExitCode: (code) => void (exitCode = code),
  });
  return { out: terminal.out(), err: terminal.err(), exitCode };
}

describe('wrong usage', () => {
  it('is half a command, of which programs get their one document', async () => {
    const { out, err, exitCode } = await ran('report', '--json');
    expect(JSON.parse(out)).toEqual({
      error: { code: 'usage', message: 'name one of the commands that are listed above' },
    });
    expect(err).toContain('Usage: eros report');
    expect(exitCode).toBe(2);
  });

  it('is a hold that is to end in the past', async () => {
    const hold = ['breakers', 'hold', 'price', 'open', '--reason', 'maintenance', '--database', 'none.db'];
    const { err, exitCode } = await ran(...hold, '--until', '2020-01-01');
    expect(err).toMatch(/--until 2020-01-01T00:00:00.000Z is past.*\[usage\]/);
    expect(exitCode).toBe(2);
    expect((await ran(...hold, '--until', '2999-01-01')).err).toMatch(/\[not_found\]/);
  });

  it.each(['--plan-fleet', '--measure', '--time-zone'])(
    'is a blank %s, which would take the set times back',
    async (option) => {
      const { err, exitCode } = await ran('worker', option, '', '--database', 'none.db');
      expect(err).toMatch(/need --dispatch pg-boss.*\[usage\]/);
      expect(exitCode).toBe(2);
    },
  );
});
