import { InvalidSettingsError, isStorableInstant } from '@eros/domain';

/**
 * The instant of a `Date` that a caller gave. Throws `invalid_settings` for anything else: an invalid date, and one that no
 * database would give back.
 */
export function instantOf(name: string, given: Date): number {
  const atMs = given instanceof Date ? given.getTime() : NaN;
  if (isStorableInstant(atMs)) return atMs;
  throw new InvalidSettingsError(name, shownInstant(given), 'a valid Date of the years 100 to 9999');
}

/** Whatever was given as an instant, as text. */
export const shownInstant = (given: unknown): string =>
  given instanceof Date && !Number.isNaN(given.getTime()) ? given.toISOString() : String(given);
