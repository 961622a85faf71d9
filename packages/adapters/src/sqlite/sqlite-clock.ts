import type { SqlClock } from '../sql/sql-database.js';

/**
 * How far the stored clock may stand behind an instant that a single statement writes. Storing it costs a second write;
 * so it is stored a few times a second, however many statements there are, and a machine's clock that is set back takes
 * back this much at the most.
 */
export const CLOCK_LAG_MS_MAX = 250;

/** The clock for one statement, with the machine's clock at `atMs`: never behind the instant stored in `eros_clock`. */
export function sqliteClock(atMs: number): SqlClock {
  return {
    reading: {
      sql: 'SELECT max(?, coalesce((SELECT at_ms FROM eros_clock WHERE id = 1), 0)) AS at_ms',
      params: [atMs],
    },
    writing: {
      sql: 'SELECT max(?, at_ms) AS at_ms FROM eros_clock WHERE id = 1 AND at_ms >= ?',
      params: [atMs, atMs - CLOCK_LAG_MS_MAX],
    },
    // %f: seconds with three digits. The engine's rows hold this form, so that as text they compare like time.
    instantOf: (ms) => `strftime('%Y-%m-%dT%H:%M:%fZ', (${ms}) / 1000.0, 'unixepoch')`,
  };
}
