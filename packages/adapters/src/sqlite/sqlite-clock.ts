import { formatInstant } from '@eros/domain';
import type { SqlClock, SqlFragment, Written } from '../sql/sql-database.js';

/**
 * How far the stored clock may stand behind an instant that a single statement writes. Storing it costs a second write;
 * so it is stored a few times a second, however many statements there are, and a machine's clock that is set back takes
 * back this much at the most.
 */
export const CLOCK_LAG_MS_MAX = 250;

const STORED = '(SELECT at_ms FROM eros_clock WHERE id = 1)';
const READING = `max(?, coalesce(${STORED}, 0))`;
const HOLDS = `${STORED} BETWEEN ? AND ?`;

/** The program computes what is written, so it knows the time that was told. */
export interface SqliteClock extends SqlClock {
  readonly atMs: number;
}

/**
 * The clock for one statement, with the machine's clock at `atMs`: never behind the instant stored in `eros_clock`. What is
 * written is computed here and not in SQL, which takes as long for five instants as for writing the row.
 */
export function sqliteClock(atMs: number): SqliteClock {
  return {
    atMs,
    reading: { sql: READING, params: [atMs] },
    from: '',
    holds: { sql: HOLDS, params: [atMs - CLOCK_LAG_MS_MAX, atMs] },
    returning: '',
    returningOf: () => '',
    ms: (afterMs) => ({ sql: '?', params: [atMs + afterMs] }),
    instant: (afterMs) => ({ sql: '?', params: [formatInstant(atMs + afterMs)] }),
  };
}

/** The time that a write has told, of the clock as it was when it ran at last; `undefined` when it has written nothing. */
export function timeWritten<Refused>(
  clock: () => SqliteClock,
  statement: (clock: SqlClock) => SqlFragment,
  run: <T>(made: () => SqlFragment, told: (done: Written) => T) => Promise<T | Refused>,
): Promise<number | undefined | Refused> {
  let atMs: number | undefined;
  const made = () => {
    const now = clock();
    ({ atMs } = now);
    return statement(now);
  };
  return run(made, ({ affected }) => (affected > 0 ? atMs : undefined));
}
