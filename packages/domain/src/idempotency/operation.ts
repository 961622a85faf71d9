import type { Sha256 } from '../ports/index.js';
import { assertStorableText } from '../storable-text.js';
import { canonicalJson } from './canonical-json.js';
import { InvalidParamsError } from './errors.js';

/** What one run is known by: the operation's name, and a key that is unique within it. */
export interface OperationKey {
  readonly operation: string;
  readonly key: string;
}

/** Longest operation name and longest key, in UTF-16 units. */
export const OPERATION_TEXT_MAX = 255;

/**
 * SHA-256 over the operation's name and the canonical JSON of its parameters: the key of a run without one, and what
 * tells two uses of one key apart.
 *
 * @throws {InvalidParamsError} for parameters that are not JSON (see `canonicalJson`); the path begins with `params`.
 */
export function operationHash(operation: string, params: unknown, sha256: Sha256): string {
  const canonical = canonicalJson(params);
  if (canonical.type === 'refused')
    throw new InvalidParamsError(operation, `params${canonical.path}`, canonical.problem);
  return sha256(`[${JSON.stringify(operation)},${canonical.text}]`);
}

/**
 * @throws {InvalidSettingsError} for a name or key that is blank, over 255 units, or that not every database can store.
 */
export function assertOperationKey({ operation, key }: OperationKey): void {
  assertStorableText('operation', operation, OPERATION_TEXT_MAX);
  assertStorableText('key', key, OPERATION_TEXT_MAX);
}

/**
 * `operation_key` as stored: the operation, a colon, the key. In the operation `%` and `:` are written `%25` and
 * `%3A`, so that the first colon is the border and no two pairs share a stored key.
 */
export function storedKeyOf({ operation, key }: OperationKey): string {
  const name = /[%:]/.test(operation) ? operation.replaceAll('%', '%25').replaceAll(':', '%3A') : operation;
  return `${name}:${key}`;
}
