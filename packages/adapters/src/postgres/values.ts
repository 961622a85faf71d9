import type pg from 'pg';

type Parse = (text: string) => unknown;

/**
 * What columns are read as: the same as from SQLite, so that a store need not know. They go along with each statement: a
 * DataSource of somebody else may have been told other ways, for its own.
 */
const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [20, numberWhereExact], // bigint
  [1700, numberWhereExact], // numeric
  [1082, asText], // date: YYYY-MM-DD
  [1083, asText], // time
  [114, asText], // json
  [3802, asText], // jsonb
  [1184, isoInstant], // timestamptz
  [1114, (text) => isoInstant(`${text}+00`)], // timestamp: what has no zone is UTC
]);

/** To be given as `types` with a statement on that connection. */
export function typesOn(client: pg.ClientBase): pg.CustomTypesConfig {
  const getTypeParser = (oid: number, format?: 'text' | 'binary') =>
    PARSERS.get(oid) ?? (client.getTypeParser(oid, format as 'text') as Parse);
  return { getTypeParser: getTypeParser as pg.CustomTypesConfig['getTypeParser'] };
}

function asText(text: string): string {
  return text;
}

/** A number with a fraction is what a mean is; a whole one that a number cannot hold stays a text. */
function numberWhereExact(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

/** `2026-01-05 12:00:00.123456+01` in the session's own zone -> `2026-01-05T11:00:00.123Z`. */
function isoInstant(text: string): string {
  // The zone of our own connections, to the millisecond at most.
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,3})?\+00$/.test(text)) {
    return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z`;
  }
  const found = /^(\d{4}-\d\d-\d\d) ([\d:.]+)([+-].+)$/.exec(text);
  const [, date, time, offset = ''] = found ?? [];
  const [hours, minutes = '00', seconds = '00'] = offset.split(':');
  // Zones of long ago were off by seconds; those, `infinity` and years of five digits stay as they are.
  const atMs = found && seconds === '00' ? Date.parse(`${date}T${time}${hours}:${minutes}`) : Number.NaN;
  return Number.isNaN(atMs) ? text : new Date(atMs).toISOString();
}
