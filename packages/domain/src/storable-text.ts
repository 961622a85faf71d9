import { InvalidSettingsError } from './errors.js';

// PostgreSQL stores no NUL, and half of a surrogate pair is no character: it would be stored as another text, or not at all.
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/** Whether every database stores this text as it is. */
export const isStorableText = (text: string): boolean => text.search(UNSTORABLE) === -1;

/** The text, at most `lengthMax` UTF-16 units of it, with U+FFFD in place of what not every database can store. */
export const storableText = (text: string, lengthMax: number): string =>
  text.slice(0, lengthMax).replace(UNSTORABLE, '\uFFFD');

/**
 * Throws `invalid_settings` for what is no text, is blank, has over `lengthMax` UTF-16 units, or cannot be stored as it is by
 * every database.
 */
export function assertStorableText(setting: string, given: unknown, lengthMax = Infinity): asserts given is string {
  if (typeof given === 'string' && given.trim() !== '' && given.length <= lengthMax && isStorableText(given)) return;
  const text = lengthMax === Infinity ? 'a text' : `a text of 1 to ${lengthMax} characters`;
  throw new InvalidSettingsError(
    setting,
    shown(given),
    `${text} that is not blank, without NUL and unpaired surrogates`,
  );
}

const SHOWN_MAX = 100;

function shown(given: unknown): string {
  if (given === undefined) return 'missing';
  if (typeof given !== 'string') return given === null || typeof given !== 'object' ? String(given) : 'an object';
  const { length } = given;
  return length > SHOWN_MAX
    ? `${JSON.stringify(given.slice(0, SHOWN_MAX))}... (${length} characters)`
    : JSON.stringify(given);
}
