import {
  decideIdempotency,
  evolveIdempotency,
  formatInstant,
  isSweepable,
  recordAt,
  storedKeyOf,
  UnreadableOperationError,
  type IdempotencyDecision,
  type IdempotencyRecord,
  type IdempotencyRequest,
  type IdempotencyState,
  type IdempotencyStore,
  type OperationKey,
  type Transaction,
} from '@eros/domain';
import {
  idempotencyValues,
  READ_COLUMNS,
  stateFromRow,
  versionOf,
  WRITTEN_COLUMNS,
  type IdempotencyRow,
} from './idempotency-row.js';
import type { SqlDatabase, SqlSession } from './sql-database.js';
import { marks } from './statements.js';

const READ = `SELECT ${READ_COLUMNS} FROM timing_idempotency WHERE operation_key = ?`;
const INSERT = `INSERT INTO timing_idempotency (operation_key, version, ${WRITTEN_COLUMNS.join(', ')})
  VALUES (${marks(WRITTEN_COLUMNS.length + 2)}) ON CONFLICT (operation_key) DO NOTHING`;
const REPLACE = `UPDATE timing_idempotency SET version = version + 1, ${WRITTEN_COLUMNS.map((column) => `${column} = ?`).join(', ')}
  WHERE operation_key = ? AND version = ?`;
// As text, "2026-01-05 12:00" sorts before "2026-01-05T09:00": this finds some too many, never too few.
const EXPIRED = `SELECT ${READ_COLUMNS} FROM timing_idempotency WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`;
const DELETE = 'DELETE FROM timing_idempotency WHERE operation_key = ? AND version = ?';

/** Each lost race means that somebody else has written; nobody loses this many in a row. */
const ATTEMPTS_MAX = 100;

/** `timing_idempotency`. */
export class SqlIdempotencyStore implements IdempotencyStore {
  constructor(private readonly database: SqlDatabase) {}

  async dispatch(id: OperationKey, request: IdempotencyRequest, tx?: Transaction): Promise<IdempotencyDecision> {
    if (tx) return this.dispatchIn(tx, id, request);
    // A renewal must get through while its owner's transaction is open; it queues behind that one and never joins it.
    return this.database.transaction((own) => this.dispatchIn(own, id, request), { apart: request.type === 'renew' });
  }

  private async dispatchIn(
    tx: Transaction,
    id: OperationKey,
    request: IdempotencyRequest,
  ): Promise<IdempotencyDecision> {
    const session = this.database.on(tx);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const row = await find(session, id);
      const known: IdempotencyState = row ? stateFromRow(row) : { status: 'none' };
      const atMs = await this.database.nowMs(tx);
      const decision = decideIdempotency({ ...request, atMs }, known);
      if (decision.type !== 'accepted') return decision;
      if (await write(session, id, row, evolveIdempotency(known, decision.event))) return decision;
    }
    throw new Error(`bug: lost ${ATTEMPTS_MAX} races in a row for operation key "${storedKeyOf(id)}"`);
  }

  async lookup(id: OperationKey, tx?: Transaction): Promise<IdempotencyRecord | undefined> {
    const row = await find(this.database.on(tx), id);
    if (!row) return undefined;
    return recordAt(id, stateFromRow(row), await this.database.nowMs(tx));
  }

  async forget(id: OperationKey, tx?: Transaction): Promise<boolean> {
    const { type } = await this.dispatch(id, { type: 'forget' }, tx);
    return type === 'accepted';
  }

  async sweep(limit = 500, tx?: Transaction): Promise<number> {
    if (!tx) return this.database.transaction((own) => this.sweep(limit, own));
    const atMs = await this.database.nowMs(tx);
    const session = this.database.on(tx);
    const rows = await session.all<IdempotencyRow>(EXPIRED, [formatInstant(atMs), limit]);
    let count = 0;
    for (const row of rows.filter((expired) => isRowSweepable(expired, atMs))) {
      count += (await session.run(DELETE, [row.operation_key, versionOf(row)])).affected;
    }
    return count;
  }
}

async function find(session: SqlSession, id: OperationKey): Promise<IdempotencyRow | undefined> {
  const [row] = await session.all<IdempotencyRow>(READ, [storedKeyOf(id)]);
  return row;
}

/** @returns false when somebody else has written the row since it was read. */
async function write(
  session: SqlSession,
  id: OperationKey,
  row: IdempotencyRow | undefined,
  state: IdempotencyState,
): Promise<boolean> {
  if (state.status === 'none') throw new Error('bug: no event leads to a key of which nothing is known');
  const values = idempotencyValues(id, state);
  const { affected } = row
    ? await session.run(REPLACE, [...values, row.operation_key, versionOf(row)])
    : await session.run(INSERT, [storedKeyOf(id), 1, ...values]);
  return affected === 1;
}

/** A row that cannot be read stays: whoever uses its key is told. */
function isRowSweepable(row: IdempotencyRow, atMs: number): boolean {
  try {
    return isSweepable(stateFromRow(row), atMs);
  } catch (error) {
    if (error instanceof UnreadableOperationError) return false;
    throw error;
  }
}
