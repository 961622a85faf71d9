import pc from 'picocolors';
import { harmless } from './visible.js';

export type Colours = ReturnType<typeof pc.createColors>;

/** The terminal as commands see it. */
export interface Terminal {
  /** To stdout. A reader that has gone away (`| head`) is no error: the rest is dropped. */
  write(text: string): void;
  /** To stderr. */
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

/** The process's own terminal. Colours on terminals only, and never with NO_COLOR. */
export function processTerminal({ stdout, stderr, env }: NodeJS.Process): Terminal {
  let isGone = false;
  const drop = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    isGone = true;
  };
  stdout.on('error', drop);
  stderr.on('error', drop);
  return {
    write: (text) => {
      if (!isGone) stdout.write(harmless(text));
    },
    writeError: (text) => {
      stderr.write(harmless(text));
    },
    columns: usableColumns(stdout.isTTY ? stdout.columns : undefined),
    colours: pc.createColors(stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'),
    ...(stderr.isTTY ? { progressStream: stderr } : {}),
  };
}
