import { isErosError } from '@eros/domain';

/** What another try of the same step could only meet again. A stale rotation is mended by composing the week anew. */
const HOPELESS: readonly string[] = [
  'circuit_open',
  'engine_closed',
  'invalid_settings',
  'nothing_to_sell',
  'stale_version',
  'unknown_creator',
  'unknown_week',
  'week_not_replaceable',
];

/** Tells the saga that no further try is worth it. The error itself stays as it is: others may well repeat their call. */
class HopelessTry extends Error {
  readonly terminal = true;
  readonly code: unknown;

  constructor(override readonly cause: Error) {
    super(cause.message, { cause });
    this.name = cause.name;
    this.code = 'code' in cause ? cause.code : undefined;
  }
}

/** An error that a step could only meet again. */
export const isHopeless = (error: unknown): boolean => isErosError(error) && HOPELESS.includes(error.code);

/** Runs a step's work, which is not tried again after an error that it is not worth it for. */
export async function untilHopeless<T>(work: () => Promise<T>, isEnd = isHopeless): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error && isEnd(error) ? new HopelessTry(error) : error;
  }
}

/** The error that a step's work threw. */
export const causeOfStep = (error: unknown): unknown => (error instanceof HopelessTry ? error.cause : error);
