import { isThrown, readThrown } from './thrown.js';

/**
 * The errors that a user can cause or must handle. Each is its own class with a `code` to branch on, the facts as fields,
 * and a message that says what to do. The brand lets `isErosError` recognise them across duplicate installs.
 */
export const erosErrorBrand: unique symbol = Symbol.for('@eros/error') as never;

/** What every error of ours carries. */
export interface BrandedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly [erosErrorBrand]: true;
}

/**
 * Whether `error` is one of ours, and, if a code is given, that very one. Works across duplicate installs of the package.
 *
 * @example if (isErosError(error, 'circuit_open')) retryLater(error);
 */
export function isErosError<Code extends string = string>(error: unknown, code?: Code): error is BrandedError<Code> {
  if (!isThrown(error, Error) || readThrown(error, erosErrorBrand) !== true) return false;
  return code === undefined || readThrown(error, 'code') === code;
}

/** No creator has this id. Import creators first, or check the spelling. */
export class UnknownCreatorError extends Error {
  override readonly name = 'UnknownCreatorError';
  readonly code = 'unknown_creator';
  readonly [erosErrorBrand] = true;

  constructor(readonly creatorId: string) {
    super(`no creator "${creatorId}": import creators first, or check the id`);
  }
}

/** Another writer saved first. Load again and decide again: the old decision may no longer hold. */
export class StaleVersionError extends Error {
  override readonly name = 'StaleVersionError';
  readonly code = 'stale_version';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly subject: string,
    readonly expectedVersion: number,
  ) {
    super(`${subject} is no longer at version ${expectedVersion}: load it again and retry`);
  }
}

/** A setting, argument or option is outside what is allowed. Nothing was written. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';
  readonly code = 'invalid_settings';
  readonly [erosErrorBrand] = true;

  constructor(
    /** The setting's name as the caller wrote it: `cooldownMs`, `weekStart`. */
    readonly setting: string,
    /** What was given, as text. */
    readonly given: string,
    /** What would be accepted. */
    readonly expected: string,
    options?: { cause: unknown },
  ) {
    super(`${setting} is ${given}: give ${expected}`, options);
  }
}
