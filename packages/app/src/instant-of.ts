import { InvalidSettingsError } from '@eros/domain';

/** The instant of a `Date` that a caller gave. Throws `invalid_settings` for anything else, an invalid date included. */
export function instantOf(name: string, given: Date): number {
  const atMs = given instanceof Date ? given.getTime() : NaN;
  if (Number.isNaN(atMs)) throw new InvalidSettingsError(name, String(given), 'a valid Date');
  return atMs;
}
