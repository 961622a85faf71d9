export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** An instant as we always write it: ISO 8601 with `T`, milliseconds and `Z`. */
export function formatInstant(atMs: number): string {
  return new Date(atMs).toISOString();
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
