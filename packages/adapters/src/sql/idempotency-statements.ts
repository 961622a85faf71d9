import { formatInstant, storedKeyOf, type IdempotencyEvent, type OperationKey } from '@eros/domain';
import { columnsOf, READ_COLUMNS, type EventColumns, type Moment } from './idempotency-row.js';
import type { SqlClock, SqlFragment } from './sql-database.js';

/** The time, and the row of a key: without one, its columns are NULL. */
export function readAtOnce(id: OperationKey, clock: SqlClock): SqlFragment {
  const { sql, params } = clock.reading;
  return {
    sql: `SELECT now.at_ms, ${READ_COLUMNS} FROM (${sql}) AS now LEFT JOIN timing_idempotency ON operation_key = ?`,
    params: [...params, storedKeyOf(id)],
  };
}

/** The row of a key. */
export function readRow(id: OperationKey): SqlFragment {
  return {
    sql: `SELECT ${READ_COLUMNS} FROM timing_idempotency WHERE operation_key = ?`,
    params: [storedKeyOf(id)],
  };
}

/** INSERT for a key without a row; somebody else's row stays. */
export function insertRow(id: OperationKey, event: IdempotencyEvent): SqlFragment {
  const { names, values, params } = written(columnsOf(id, event), stored);
  return {
    sql: `INSERT INTO timing_idempotency (operation_key, ${names.join(', ')}) VALUES (?, ${values.join(', ')})
      ON CONFLICT (operation_key) DO NOTHING`,
    params: [storedKeyOf(id), ...params],
  };
}

/** UPDATE of a row that nobody has written since it was read. */
export function replaceRow(id: OperationKey, event: IdempotencyEvent, version: number): SqlFragment {
  const { names, values, params } = written(columnsOf(id, event), stored);
  return {
    sql: `UPDATE timing_idempotency SET ${assigned(names, values)} WHERE operation_key = ? AND version = ?`,
    params: [...params, storedKeyOf(id), version],
  };
}

/** What a statement that tells the time itself gives back; without a row it has written nothing. */
export interface WrittenAtOnce {
  readonly operation_key: string;
  readonly expires_at: unknown;
}

/** `insertRow` for an event as of the instant 0, to which the statement adds the time at which it runs. */
export function insertAtOnce(id: OperationKey, event: IdempotencyEvent, clock: SqlClock): SqlFragment {
  const { names, values, params } = written(columnsOf(id, event), fromNow(clock));
  return {
    // "WHERE true": without it SQLite takes ON for the condition of a join.
    sql: `INSERT INTO timing_idempotency (operation_key, ${names.join(', ')})
      SELECT ?, ${values.join(', ')} FROM (${clock.writing.sql}) AS now WHERE true
      ON CONFLICT (operation_key) DO NOTHING RETURNING operation_key, expires_at`,
    params: [storedKeyOf(id), ...params, ...clock.writing.params],
  };
}

/** `readAtOnce` and, when there is no row, `insertAtOnce`, as one: `claimed_until` is the `expires_at` that it has inserted. */
export function readOrInsertAtOnce(id: OperationKey, event: IdempotencyEvent, clock: SqlClock): SqlFragment {
  const { names, values, params } = written(columnsOf(id, event), fromNow(clock));
  return {
    sql: `WITH known AS (SELECT ${READ_COLUMNS} FROM timing_idempotency WHERE operation_key = ?),
      claimed AS (INSERT INTO timing_idempotency (operation_key, ${names.join(', ')})
        SELECT ?, ${values.join(', ')} FROM (${clock.writing.sql}) AS now WHERE NOT EXISTS (SELECT 1 FROM known)
        ON CONFLICT (operation_key) DO NOTHING RETURNING expires_at AS claimed_until)
      SELECT * FROM (${clock.reading.sql}) AS now LEFT JOIN known ON true LEFT JOIN claimed ON true`,
    params: [storedKeyOf(id), storedKeyOf(id), ...params, ...clock.writing.params, ...clock.reading.params],
  };
}

/** UPDATE of a running claim by whoever holds it, for an event as of the instant 0. */
export function updateHeld(
  id: OperationKey,
  event: IdempotencyEvent,
  { owner, epoch }: { owner: string; epoch: number },
  clock: SqlClock,
): SqlFragment {
  const { names, values, params } = written(columnsOf(id, event), fromNow(clock));
  return {
    sql: `UPDATE timing_idempotency SET ${assigned(names, values)} FROM (${clock.writing.sql}) AS now
      WHERE operation_key = ? AND status = 'running' AND owner = ? AND epoch = ? RETURNING operation_key, expires_at`,
    params: [...params, ...clock.writing.params, storedKeyOf(id), owner, epoch],
  };
}

interface Written {
  readonly names: string[];
  readonly values: string[];
  readonly params: unknown[];
}

function written(columns: EventColumns, momentOf: (moment: Moment) => { sql: string; param: unknown }): Written {
  const [names, values, params]: [string[], string[], unknown[]] = [[], [], []];
  for (const [name, value] of Object.entries(columns)) {
    const { sql, param } = typeof value === 'object' && value !== null ? momentOf(value) : { sql: '?', param: value };
    names.push(name);
    values.push(sql);
    params.push(param);
  }
  return { names, values, params };
}

const stored = ({ ms, as }: Moment) => ({ sql: '?', param: as === 'instant' ? formatInstant(ms) : ms });

const fromNow =
  (clock: SqlClock) =>
  ({ ms, as }: Moment) => ({
    sql: as === 'instant' ? clock.instantOf('now.at_ms + ?') : 'now.at_ms + ?',
    param: ms,
  });

const assigned = (names: readonly string[], values: readonly string[]): string =>
  ['version = version + 1', ...names.map((name, index) => `${name} = ${values[index]}`)].join(', ');
