import { storedKeyOf, type IdempotencyEvent, type OperationKey } from '@eros/domain';
import { columnsOf, READ_COLUMNS } from './idempotency-row.js';
import type { KnownTexts, TextOf } from './known-texts.js';
import { fromNow, paramsOf, stored, written } from './moments.js';
import type { SqlClock, SqlFragment } from './sql-database.js';

/** The row of a key, and the time. */
export function readAtOnce(id: OperationKey, clock: SqlClock): SqlFragment {
  const { sql, params } = clock.reading;
  return {
    sql: `SELECT ${sql} AS at_ms, ${READ_COLUMNS} FROM timing_idempotency WHERE operation_key = ?`,
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

/** `insertRow` for a claim as of the instant 0, to which the statement adds the time at which it runs: that becomes the epoch. */
export function insertAtOnce(
  id: OperationKey,
  event: IdempotencyEvent & { type: 'claimed' },
  clock: SqlClock,
  texts: KnownTexts,
): SqlFragment {
  const columns = columnsOf(id, event);
  const text: TextOf = (names, values) => `INSERT INTO timing_idempotency (operation_key, ${names.join(', ')})
      SELECT ?, ${values.join(', ')} ${clock.from} WHERE ${clock.holds.sql}
      ON CONFLICT (operation_key) DO NOTHING ${clock.returningOf('epoch')}`;
  return {
    sql: texts.of('insertAtOnce', clock, columns, text),
    params: [storedKeyOf(id), ...paramsOf(columns, fromNow(clock)), ...clock.holds.params],
  };
}

/** UPDATE of a running claim by whoever holds it, for an event as of the instant 0. */
export function updateHeld(
  id: OperationKey,
  event: IdempotencyEvent,
  { owner, epoch }: { owner: string; epoch: number },
  clock: SqlClock,
  texts: KnownTexts,
): SqlFragment {
  const columns = columnsOf(id, event);
  const text: TextOf = (names, values) => `UPDATE timing_idempotency SET ${assigned(names, values)} ${clock.from}
      WHERE ${clock.holds.sql} AND operation_key = ? AND status = 'running' AND owner = ? AND epoch = ?
      ${clock.returning}`;
  return {
    sql: texts.of(event.type, clock, columns, text),
    params: [...paramsOf(columns, fromNow(clock)), ...clock.holds.params, storedKeyOf(id), owner, epoch],
  };
}

const assigned = (names: readonly string[], values: readonly string[]): string =>
  ['version = version + 1', ...names.map((name, index) => `${name} = ${values[index]}`)].join(', ');
