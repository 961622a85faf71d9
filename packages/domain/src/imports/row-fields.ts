import { isStorableText } from '../storable-text.js';
import { formatInstant } from '../time/index.js';

/** A row as a reader of files hands it over: column names to whatever stood there. */
export type RawRow = Readonly<Record<string, unknown>>;

export const isRawRow = (row: unknown): row is RawRow => typeof row === 'object' && row !== null && !Array.isArray(row);

/**
 * What stands in a column. The first column's name may begin with a byte-order mark, the last one's may end with the
 * carriage return of a CRLF file, and names may be padded: those are found too.
 */
export function fieldOf(row: RawRow, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  const padded = Object.keys(row).find((key) => key.length > column.length && key.trim() === column);
  return padded === undefined ? undefined : row[padded];
}

/**
 * The field as text without surrounding white space. `undefined` when it is missing, blank, or the `nan` that data-frame tools
 * write for a missing value; also for what has no text, such as a list.
 */
export function textOf(row: RawRow, column: string): string | undefined {
  const text = asText(fieldOf(row, column))?.trim();
  return text === undefined || text === '' || (text.length === 3 && text.toLowerCase() === 'nan') ? undefined : text;
}

/** The first of some columns whose text not every database stores as it is. */
export function unstorableOf(row: RawRow, columns: readonly string[]): string | undefined {
  return columns.find((column) => {
    const given = fieldOf(row, column);
    return typeof given === 'string' && !isStorableText(given);
  });
}

function asText(given: unknown): string | undefined {
  switch (typeof given) {
    case 'string':
      return given;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(given);
    default:
      return given instanceof Date && !Number.isNaN(given.getTime()) ? formatInstant(given.getTime()) : undefined;
  }
}

/** Whether the column is missing or says nothing, as opposed to holding something unreadable. */
export function isBlank(row: RawRow, column: string): boolean {
  const given = fieldOf(row, column);
  return given === undefined || given === null || (typeof given !== 'object' && textOf(row, column) === undefined);
}

const AMOUNT = /^([+-]?)\$?((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)$/;

/**
 * The field as a number: plain (`201`, `19.99`), or as spreadsheets write money (`$1,234.50`). `undefined` for a blank field,
 * and for anything that is not one number: exponents, percentages, words.
 */
export function numberOf(row: RawRow, column: string): number | undefined {
  const given = fieldOf(row, column);
  if (typeof given === 'number') return Number.isFinite(given) ? given : undefined;
  const text = textOf(row, column);
  const match = text === undefined ? null : AMOUNT.exec(text);
  if (!match) return undefined;
  const [, sign = '', digits = ''] = match;
  const value = Number(digits.replaceAll(',', ''));
  if (!Number.isFinite(value)) return undefined;
  return sign === '-' && value !== 0 ? -value : value;
}

/** The field as a whole number that is exact. `201.0` is one, `201.5` is none. */
export function wholeNumberOf(row: RawRow, column: string): number | undefined {
  const value = numberOf(row, column);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** The field as a flag: 1, 0, true or false; `byDefault` when it is blank; `undefined` for anything else. */
export function flagOf(row: RawRow, column: string, byDefault: boolean): boolean | undefined {
  if (isBlank(row, column)) return byDefault;
  switch (textOf(row, column)?.toLowerCase()) {
    case '1':
    case '1.0':
    case 'true':
      return true;
    case '0':
    case '0.0':
    case 'false':
      return false;
    default:
      return undefined;
  }
}
