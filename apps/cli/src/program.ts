import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { backtestCommand } from './commands/backtest.js';
import { breakersCommand } from './commands/breakers.js';
import { dbCommand } from './commands/db.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { dueCommand } from './commands/due.js';
import { explainCommand } from './commands/explain.js';
import { importCommand } from './commands/import.js';
import { learnCommand } from './commands/learn.js';
import { measureCommand } from './commands/measure.js';
import { planCommand } from './commands/plan.js';
import { reportCommand } from './commands/report.js';
import { rotationCommand } from './commands/rotation.js';
import { sagasCommand } from './commands/sagas.js';
import { scoreCommand } from './commands/score.js';
import { sendCommand } from './commands/send.js';
import { workerCommand } from './commands/worker.js';
import { wholeNumberArgument } from './run/arguments.js';
import { UsageError } from './errors.js';
import { EXIT, EXIT_CODES_HELP } from './exit-code.js';
import { commandRunner, reportFailure, type CommandRunner, type Host } from './run/command-runner.js';

/** Adds a command, and its subcommands, to the program. */
export type AddCommand = (program: Command, run: CommandRunner) => void;

/** In the order in which they are used, which is the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  demoCommand,
  importCommand,
  planCommand,
  dueCommand,
  sendCommand,
  measureCommand,
  learnCommand,
  backtestCommand,
  explainCommand,
  reportCommand,
  scoreCommand,
  rotationCommand,
  breakersCommand,
  sagasCommand,
  workerCommand,
  dbCommand,
  doctorCommand,
];

/** Runs one command line. Never throws; the exit code is set on the host. */
export async function runProgram(args: readonly string[], host: Host): Promise<void> {
  try {
    await createProgram(host).parseAsync([...args], { from: 'user' });
  } catch (error) {
    // Help and version come as errors too, and have been printed.
    if (error instanceof CommanderError && error.exitCode === 0) return host.setExitCode(EXIT.ok);
    const isCut = error instanceof CommanderError && error.code === 'commander.help';
    reportFailure(isCut ? new UsageError('name one of the commands that are listed above') : error, {
      terminal: host.terminal,
      isJson: args.includes('--json'),
      isVerbose: args.includes('--verbose'),
    });
    if (error instanceof CommanderError && !isCut)
      host.terminal.writeError('`eros COMMAND --help` shows how it is used.\n');
    host.setExitCode(error instanceof CommanderError ? EXIT.usage : EXIT.failed);
  }
}

export function createProgram(host: Host): Command {
  const { terminal } = host;
  const program = new Command('eros')
    .description('Plans what a page sends in a week, measures what it earned, and learns how much to send.')
    .version(version(), '-V, --version', 'print the version')
    .option('--database <file|url>', 'SQLite file, or postgres://user:password@host:port/name?schema=eros', './eros.db')
    .option('--wait <seconds>', 'how long to wait while another process writes', wholeNumberArgument(0, 3_600), 30)
    .option('--json', 'print one JSON document, for programs')
    .option('--verbose', 'print stack traces of errors')
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      // Wrong usage is reported where all errors are.
      outputError: () => undefined,
    })
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', `\n${EXIT_CODES_HELP}\n\nTo see it work: eros demo`);
  const run = commandRunner(host);
  for (const addCommand of COMMANDS) addCommand(program, run);
  return program;
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
