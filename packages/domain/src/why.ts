import { InvalidSettingsError } from './errors.js';

/** Who did something by hand, and for what reason. Kept with what was done. */
export interface Why {
  readonly by: string;
  readonly reason: string;
}

/** Throws `invalid_settings` when the name or the reason is missing or blank. */
export function assertWhy(why: Why): void {
  for (const field of ['by', 'reason'] as const) {
    const given: unknown = why?.[field];
    if (typeof given !== 'string' || given.trim() === '') {
      throw new InvalidSettingsError(`why.${field}`, JSON.stringify(given) ?? 'missing', 'a text that is not blank');
    }
  }
}
