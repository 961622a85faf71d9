import { InvalidSettingsError, isStorableText } from '@eros/domain';
import { sqlStateOf } from './postgres-errors.js';

const SHOWN_MAX = 100;
/** JSON writes these as escapes, which PostgreSQL reads and then refuses. */
const UNSTORABLE_ESCAPE = /\\u(0000|d[89a-f][0-9a-f]{2})/i;

const isUnstorable = (param: unknown): boolean =>
  typeof param === 'string' && (!isStorableText(param) || UNSTORABLE_ESCAPE.test(param));
const isNoWholeNumber = (param: unknown): boolean => typeof param === 'number' && !Number.isSafeInteger(param);
const isLong = (param: unknown): boolean => typeof param === 'string' && param.length > 600;

/** By SQLSTATE: which of the values it is about, and what would be stored instead. */
const REFUSALS: Readonly<Record<string, { isCause(param: unknown): boolean; expected: string }>> = {
  '22021': { isCause: isUnstorable, expected: 'text without NUL characters and unpaired surrogates' },
  '22P05': { isCause: isUnstorable, expected: 'text without NUL characters and unpaired surrogates' },
  '22P02': {
    isCause: (param) => isNoWholeNumber(param) || isUnstorable(param),
    expected: 'an id or number as it was given out',
  },
  '22003': { isCause: isNoWholeNumber, expected: 'a number that is not as large' },
  '54000': { isCause: isLong, expected: 'a shorter text: what is looked up by may take some 2,700 bytes' },
};

/**
 * The same error, or `invalid_settings` when the server has refused a value that a caller of a store gave: so that nobody has to
 * know what PostgreSQL cannot hold, and SQLite can.
 */
export function refusedValue(error: unknown, params: readonly unknown[]): unknown {
  const refusal = REFUSALS[sqlStateOf(error) ?? ''];
  if (!refusal) return error;
  const found = params.find((param) => refusal.isCause(param));
  return new InvalidSettingsError('a value', shown(found), refusal.expected, { cause: error });
}

function shown(given: unknown): string {
  if (typeof given !== 'string') return given === undefined ? 'one that the database does not hold' : String(given);
  return (
    JSON.stringify(given.slice(0, SHOWN_MAX)) + (given.length > SHOWN_MAX ? `... (${given.length} characters)` : '')
  );
}
