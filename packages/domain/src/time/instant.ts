export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** Of this day a `Date` can hold the first instant only. */
const LAST_DAY = 100_000_000;
/** The day that was written last, in days since 1970: instants that are written come close together. */
let known = { day: 0, text: '1970-01-01T' };

// Years before 100 a `Date` reads as those of 1900; years past 9999 have more than four digits, and sort before all others.
const FIRST_MS = Date.parse('0100-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether an instant is one that every database stores, reads again and sorts: of the years 100 to 9999. NaN is none. */
export const isStorableInstant = (atMs: number): boolean => atMs >= FIRST_MS && atMs <= LAST_MS;

/**
 * An instant as we always write it: ISO 8601 with `T`, milliseconds and `Z`. A fraction of a millisecond is dropped. Every write
 * to a database holds a few, so this takes a fraction of the time of `Date.toISOString`, which works out the date each time.
 *
 * @throws {RangeError} for what is no instant.
 */
export function formatInstant(atMs: number): string {
  const wholeMs = Math.trunc(atMs);
  const day = Math.floor(wholeMs / DAY_MS);
  if (day !== known.day || day === LAST_DAY)
    known = { day, text: new Date(wholeMs).toISOString().slice(0, -'00:00:00.000Z'.length) };
  const ms = wholeMs - day * DAY_MS;
  const minutes = Math.floor(ms / MINUTE_MS);
  const [hour, minute] = [TWO_DIGITS[Math.floor(minutes / 60)], TWO_DIGITS[minutes % 60]];
  const second = TWO_DIGITS[Math.floor(ms / 1000) % 60];
  return `${known.text}${hour}:${minute}:${second}.${String(ms % 1000).padStart(3, '0')}Z`;
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;

/**
 * Milliseconds since 1970 UTC of an instant as text, or `undefined` when it is none. Accepts our own form, the
 * `YYYY-MM-DD HH:MM:SS` of SQLite and of exports (UTC), an offset (`+02:00`), and a bare date (its midnight, UTC).
 * A time that does not exist (`2026-02-30`, `25:00`) is none.
 */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const fields = [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)] as const;
  const [y, mo, d, h, mi, s] = fields;
  const utcMs = Date.UTC(y, mo - 1, d, h, mi, s);
  const back = new Date(utcMs);
  const exists =
    back.getUTCFullYear() === y &&
    back.getUTCMonth() === mo - 1 &&
    back.getUTCDate() === d &&
    back.getUTCHours() === h &&
    back.getUTCMinutes() === mi &&
    back.getUTCSeconds() === s;
  if (!exists) return undefined;
  return utcMs + Math.floor(Number(`0.${fraction}`) * 1000) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (/^(z|utc)$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || '0');
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE_MS;
}
