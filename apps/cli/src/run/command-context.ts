import type { ExitCode } from '../exit-code.js';
import type { Terminal } from '../output/terminal.js';

/** Options that every command takes. */
export interface GlobalOptions {
  /** A file, `:memory:`, or a `postgres://` URL. */
  readonly database: string;
  /** Seconds to wait while another process writes. */
  readonly wait: number;
  /** For programs: one JSON document on stdout and nothing else. */
  readonly json?: boolean;
  /** Stack traces. */
  readonly verbose?: boolean;
}

/** What a command works with. */
export interface CommandContext {
  readonly database: string;
  /** How long to wait while another process writes. */
  readonly lockTimeoutMs: number;
  /** Whether `--database` was given: the demo has a default of its own. */
  readonly isDatabaseGiven: boolean;
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C: finish the row or creator in hand. */
  readonly signal: AbortSignal;
  /** A paragraph for people, on stdout. Programs (`--json`) do not get it. */
  say(text: string): void;
}

/** What a command came to. */
export interface CommandResult {
  /** For programs: what `--json` prints. */
  readonly data: unknown;
  /** Default: 0. */
  readonly exitCode?: ExitCode;
  /** Being stopped is how the command ends: no failure. */
  readonly endsBySignal?: boolean;
}
