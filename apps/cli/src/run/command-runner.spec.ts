import { EventEmitter } from 'node:events';
import { Command } from 'commander';
import { NotFoundError, UsageError } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { recordingTerminal } from '../testing/recording-terminal.js';
import type { CommandContext, CommandResult } from './command-context.js';
import { commandRunner } from './command-runner.js';

async function ran(work: (context: CommandContext) => Promise<CommandResult>, args: string[] = []) {
  const terminal = recordingTerminal();
  const signals = new EventEmitter();
  let exitCode: ExitCode | undefined;
  const run = commandRunner({
    terminal,
    signals,
    leave: () => undefined,
    setExitCode: (code) => void (exitCode = code),
  });
  const program = new Command()
    .option('--database <file>', '', './eros.db')
    .option('--wait <s>', '', Number, 30)
    .option('--json')
    .option('--verbose');
  program.command('work').action(run((context) => work(context)));
  await program.parseAsync(['work', ...args], { from: 'user' });
  return { out: terminal.out(), err: terminal.err(), exitCode, listeners: signals.listenerCount('SIGINT') };
}

describe('commandRunner', () => {
  it('prints what is said for people, and ends with 0', async () => {
    const result = await ran(async ({ say }) => {
      say('done');
      return { data: { done: 1 } };
    });
    expect(result).toEqual({ out: 'done\n', err: '', exitCode: EXIT.ok, listeners: 0 });
  });

  it('prints one JSON document, and nothing else, for programs', async () => {
    const { out, exitCode } = await ran(
      async ({ say }) => {
        say('done');
        return { data: { at: new Date(0) }, exitCode: EXIT.partial };
      },
      ['--json'],
    );
    expect(JSON.parse(out)).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(exitCode).toBe(EXIT.partial);
  });

  it.each<[string, Error, ExitCode, string]>([
    ['wrong usage', new UsageError('give one'), EXIT.usage, 'error: give one [usage]\n'],
    ['a typed error', new NotFoundError('no saga "x"'), EXIT.failed, 'error: no saga "x" [not_found]\n'],
    ['a bug', new TypeError('x is undefined'), EXIT.failed, 'error: x is undefined. This is a bug'],
  ])('ends with the exit code of %s, without a stack trace', async (_, error, exitCode, text) => {
    const result = await ran(() => Promise.reject(error));
    expect(result.exitCode).toBe(exitCode);
    expect(result.err).toContain(text);
    expect(result.err).not.toMatch(/\n\s+at /);
    expect(result.listeners).toBe(0);
  });

  it('prints the stack and the causes with --verbose', async () => {
    const error = new NotFoundError('gone', { cause: new Error('deeper') });
    const { err } = await ran(() => Promise.reject(error), ['--verbose']);
    expect(err).toMatch(/\n\s+at /);
    expect(err).toContain('caused by: Error: deeper');
  });

  it('gives programs an error as JSON too', async () => {
    const { out, exitCode } = await ran(() => Promise.reject(new NotFoundError('gone')), ['--json']);
    expect(JSON.parse(out)).toEqual({ error: { code: 'not_found', message: 'gone' } });
    expect(exitCode).toBe(EXIT.failed);
  });

  it('knows whether the database was named', async () => {
    const named = async (args: string[]) =>
      JSON.parse(
        (await ran(({ isDatabaseGiven }) => Promise.resolve({ data: isDatabaseGiven }), ['--json', ...args])).out,
      ) as boolean;
    expect(await named([])).toBe(false);
    expect(await named(['--database', 'x.db'])).toBe(true);
  });
});
