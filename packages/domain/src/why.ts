import { assertStorableText } from './storable-text.js';

/** Who did something by hand, and for what reason. Kept with what was done. */
export interface Why {
  readonly by: string;
  readonly reason: string;
}

/** Throws `invalid_settings` when the name or the reason is missing, blank, or nothing that every database can store. */
export function assertWhy(why: Why): void {
  for (const field of ['by', 'reason'] as const) assertStorableText(`why.${field}`, why?.[field]);
}
