import pc from 'picocolors';
import { EXIT } from '../exit-code.js';
import { harmless } from './visible.js';

export type Colours = ReturnType<typeof pc.createColors>;

/** The terminal as commands see it. */
export interface Terminal {
  /**
   * To stdout. A reader that has gone away (`| head`) is no error: the rest is dropped. Where it cannot be written otherwise, as on
   * a full disk, that is told once on stderr, and the program ends with exit code 1.
   */
  write(text: string): void;
  /** To stderr; what cannot be written is dropped. */
  writeError(text: string): void;
  /** Columns that tables and calendars may take: those of the terminal, 80 to 120; 100 for a file or a pipe. */
  readonly columns: number;
  readonly colours: Colours;
  /** Where progress is shown; absent when stderr is no terminal. */
  readonly progressStream?: NodeJS.WriteStream;
}

const FEWEST_COLUMNS = 80;
const MOST_COLUMNS = 120;
const COLUMNS_WITHOUT_TERMINAL = 100;

export const usableColumns = (columns: number | undefined): number =>
  columns === undefined ? COLUMNS_WITHOUT_TERMINAL : Math.min(Math.max(columns, FEWEST_COLUMNS), MOST_COLUMNS);

/** What a terminal needs of the process; a test hands in its own. */
export interface TerminalProcess extends Pick<NodeJS.Process, 'env'> {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  exitCode?: NodeJS.Process['exitCode'];
  once(event: 'exit', listener: () => void): unknown;
}

/** The process's own terminal. Colours on terminals only, and never with NO_COLOR. */
export function processTerminal(process: TerminalProcess): Terminal {
  const { stdout, stderr, env } = process;
  const writeError = writerOf(stderr, () => undefined);
  const write = writerOf(stdout, ({ code, message }) => {
    if (code === 'EPIPE') return;
    writeError(`error: the output cannot be written: ${message}. The work itself goes on [output_lost]\n`);
    // Last of all: the command sets its own exit code when it is done.
    process.once('exit', () => (process.exitCode = EXIT.failed));
  });
  return {
    write,
    writeError,
    columns: usableColumns(stdout.isTTY ? stdout.columns : undefined),
    colours: pc.createColors(stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'),
    ...(stderr.isTTY ? { progressStream: stderr } : {}),
  };
}

/** Writes to a stream until that fails, which is told once; what comes after is dropped. */
function writerOf(stream: NodeJS.WriteStream, failed: (error: NodeJS.ErrnoException) => void): (text: string) => void {
  let isGone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!isGone) failed(error);
    isGone = true;
  });
  return (text) => {
    if (!isGone) stream.write(harmless(text));
  };
}
