import { InvalidSettingsError } from '../errors.js';

/** What a setting that is a number may be. */
export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

/** Throws `invalid_settings` unless `value` is a number within its limits. NaN never is. */
export function assertNumber(setting: string, value: unknown, { min, max, isWhole }: NumberLimits): void {
  const isAllowed = typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value));
  if (isAllowed) return;
  throw new InvalidSettingsError(setting, shown(value), `a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`);
}

/** What was given, as text. */
export const shown = (given: unknown): string =>
  typeof given === 'number' || typeof given === 'function' ? String(given) : (JSON.stringify(given) ?? 'undefined');
