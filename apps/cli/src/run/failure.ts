import { CommanderError } from 'commander';
import { UsageError } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { lineOf } from './thrown-line.js';

/** An error in words. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
}

/** What is said of an error, and what the program ends with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    return { exitCode: EXIT.usage, code: 'usage', message: error.message.replace(/^error: /, '') };
  }
  const message = lineOf(error);
  if (error instanceof UsageError) return { exitCode: EXIT.usage, code: error.code, message };
  const code = codeOf(error);
  if (code !== undefined) return { exitCode: EXIT.failed, code, message };
  return {
    exitCode: EXIT.failed,
    code: 'unexpected',
    message: `${message}. This is a bug of this program: run the same command with --verbose and report what it prints`,
  };
}

/** The stack of an error and of its causes. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return lineOf(error);
  const own = error.stack ?? lineOf(error);
  return error.cause === undefined ? own : `${own}\ncaused by: ${traceOf(error.cause)}`;
}

/** The code of one of our errors. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  // Ours are like `unknown_creator`; those of Node and of drivers (`ENOENT`) are nothing that a user was told of.
  return typeof error.code === 'string' && /^[a-z][a-z_]*$/.test(error.code) ? error.code : undefined;
}
