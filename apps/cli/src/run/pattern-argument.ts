import { readFile } from 'node:fs/promises';
import type { RotationPattern } from '@eros/app';
import { assertReadableFile } from '../csv/decode-utf8.js';
import { UsageError } from '../errors.js';

const TAKES = '--pattern takes JSON, which begins with {, or a file that holds it';

/**
 * The pattern that `--pattern` gives: JSON, or a file that holds it. The pattern itself is checked by the engine, which says what is
 * wrong with it.
 */
export async function patternArgument(given: string): Promise<RotationPattern> {
  if (given.trim() === '') throw new UsageError('--pattern is blank: give it as in the help’s example, or name a file');
  const json = /^\s*[{[]/.test(given) ? given : await contentOf(given);
  try {
    return JSON.parse(json) as RotationPattern;
  } catch (error) {
    throw new UsageError(`--pattern is no JSON (${(error as Error).message}): give it as in the help's example`);
  }
}

/** Some editors begin a file with a byte-order mark, which JSON does not know. */
async function contentOf(file: string): Promise<string> {
  await assertReadableFile(file, { not_found: TAKES, empty: TAKES });
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
}
