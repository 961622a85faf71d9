import { isErosError } from '@eros/domain';

/** What another try of the same step could only meet again. A stale rotation is mended by composing the week anew. */
const HOPELESS: readonly string[] = [
  'circuit_open',
  'engine_closed',
  'invalid_settings',
  'nothing_to_sell',
  'stale_version',
  'unknown_creator',
  'week_not_replaceable',
];

/** Tells the saga that no further try is worth it. The error itself stays as it is: others may well repeat their call. */
class HopelessTry extends Error {
  readonly terminal = true;
  readonly code: string;

  constructor(override readonly cause: Error & { readonly code: string }) {
    super(cause.message, { cause });
    this.name = cause.name;
    this.code = cause.code;
  }
}

/** Runs a step's work, which is not tried again after an error that it could only meet again. */
export async function untilHopeless<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isErosError(error) && HOPELESS.includes(error.code) ? new HopelessTry(error) : error;
  }
}

/** The error that a step's work threw. */
export const causeOfStep = (error: unknown): unknown => (error instanceof HopelessTry ? error.cause : error);
