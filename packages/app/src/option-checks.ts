import { InvalidSettingsError } from '@eros/domain';

/**
 * Throws `invalid_settings` for what is no object with names, such as a number, a list or null, and for a name that is not known: a
 * misspelt setting must not become the default in silence. `undefined` is nothing given.
 */
export function assertNames(setting: string, given: object | undefined, known?: readonly string[]): void {
  if (given === undefined) return;
  const prefix = setting === 'options' ? '' : `${setting}.`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidSettingsError(
      setting,
      typeof given === 'string' ? 'a text' : shown(given), // a text in this place is mostly a connection string, password and all
      known ? `an object of ${known.join(', ')}` : 'an object of settings',
    );
  }
  for (const name of Object.keys(given)) {
    if (known && !known.includes(name)) {
      throw new InvalidSettingsError(`${prefix}${name}`, 'unknown', `one of ${known.join(', ')}`);
    }
  }
}

export function assertMs(setting: string, given: unknown, leastMs: number, mostMs: number, more = ''): void {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= leastMs && given <= mostMs) return;
  throw new InvalidSettingsError(setting, shown(given), `whole milliseconds from ${leastMs} to ${mostMs}${more}`);
}

/** `undefined` is nothing given. */
export function assertOneOf(setting: string, given: unknown, allowed: readonly string[]): void {
  if (given === undefined || allowed.includes(given as string)) return;
  throw new InvalidSettingsError(setting, shown(given), `one of ${allowed.join(', ')}`);
}

/** Throws `invalid_settings` unless it has all these functions. `undefined` is nothing given. */
export function assertFunctions(setting: string, given: unknown, names: readonly string[]): void {
  if (given === undefined || names.every((name) => typeof fieldOf(given, name) === 'function')) return;
  throw new InvalidSettingsError(setting, shown(given), `an object with the functions ${names.join(', ')}`);
}

export const fieldOf = (given: unknown, name: string): unknown =>
  typeof given === 'object' && given !== null ? Reflect.get(given, name) : undefined;

/** What was given, as text. Of an object or a URL no more than that it is one: it may hold secrets. */
export function shown(given: unknown): string {
  if (typeof given === 'string') return given.includes('://') ? 'a URL' : JSON.stringify(given);
  if (Array.isArray(given)) return 'a list';
  if (typeof given === 'object' && given !== null) return 'an object';
  return typeof given === 'function' ? 'a function' : String(given);
}
