import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Terminal } from '../output/terminal.js';
import type { CommandContext, CommandResult, GlobalOptions } from './command-context.js';
import { failureOf, traceOf } from './failure.js';
import { watchInterruption, type SignalSource } from './interruption.js';

/** What running a command needs of the process. */
export interface Host {
  readonly terminal: Terminal;
  readonly signals: SignalSource;
  /** Ends the process at once. */
  leave(exitCode: ExitCode): void;
  setExitCode(exitCode: ExitCode): void;
}

/** Work of a command: its arguments, then its options. */
export type CommandWork<Args extends unknown[]> = (context: CommandContext, ...args: Args) => Promise<CommandResult>;

/** Makes a Commander action of the work of a command. */
export type CommandRunner = <Args extends unknown[]>(
  work: CommandWork<Args>,
) => (this: Command, ...args: Args) => Promise<void>;

/** Runs a command's work: listens for Ctrl-C, prints its result or its error, sets the exit code. Never throws. */
export function commandRunner(host: Host): CommandRunner {
  const { terminal } = host;
  return (work) =>
    async function run(...args) {
      const { database, wait, json = false, verbose = false } = this.optsWithGlobals<GlobalOptions>();
      const interruption = watchInterruption(
        host.signals,
        () => terminal.writeError('\nstopping after the work in hand; Ctrl-C again to leave at once\n'),
        () => host.leave(EXIT.interrupted),
      );
      const context: CommandContext = {
        database,
        lockTimeoutMs: wait * 1_000,
        isDatabaseGiven: this.getOptionValueSourceWithGlobals('database') !== 'default',
        terminal,
        signal: interruption.signal,
        say: (text) => {
          if (!json) terminal.write(`${text}\n`);
        },
      };
      // The engine's own timers keep no process alive: without this one, waiting for another process would end the program.
      const awake = setInterval(() => undefined, 60_000);
      try {
        const { data, exitCode = EXIT.ok, endsBySignal = false } = await work(context, ...args);
        if (json) terminal.write(jsonDocument(data));
        host.setExitCode(interruption.signal.aborted && !endsBySignal ? EXIT.interrupted : exitCode);
      } catch (error) {
        reportFailure(error, { terminal, isJson: json, isVerbose: verbose });
        host.setExitCode(interruption.signal.aborted ? EXIT.interrupted : failureOf(error).exitCode);
      } finally {
        clearInterval(awake);
        interruption.dispose();
      }
    };
}

/** On stderr in words; with `--json` also on stdout, so that a program always gets its one document. */
export function reportFailure(
  error: unknown,
  { terminal, isJson, isVerbose }: { terminal: Terminal; isJson: boolean; isVerbose: boolean },
): void {
  const { code, message } = failureOf(error);
  terminal.writeError(`${terminal.colours.red('error:')} ${message} [${code}]\n`);
  if (isVerbose) terminal.writeError(`${traceOf(error)}\n`);
  if (isJson) terminal.write(jsonDocument({ error: { code, message } }));
}

const jsonDocument = (data: unknown): string => `${JSON.stringify(data ?? null, undefined, 2)}\n`;
