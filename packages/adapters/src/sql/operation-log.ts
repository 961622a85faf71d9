import { formatInstant, type Operation, type OperationLog, type OperationType, type Transaction } from '@eros/domain';
import { insertsInto, instantIn, type Columns } from './columns.js';
import type { SqlDatabase } from './sql-database.js';

interface OperationRow {
  event_type: OperationType;
  creator_id: string | null;
  event_timestamp: string;
  event_details: string | null;
  duration_ms: number | null;
}

/** How many operations `list` gives when it is not told. */
const LIMIT = 100;

/** `timing_operation_log`. */
export class SqlOperationLog implements OperationLog {
  constructor(private readonly database: SqlDatabase) {}

  append(operation: Operation, tx: Transaction): Promise<void> {
    return this.appendAll([operation], tx);
  }

  async appendAll(operations: readonly Operation[], tx: Transaction): Promise<void> {
    const session = this.database.on(tx);
    for (const { sql, params } of insertsInto('timing_operation_log', operations.map(columnsOf))) {
      await session.run(sql, params);
    }
  }

  async list(
    { creatorId, type, limit = LIMIT }: { creatorId?: string; type?: OperationType; limit?: number },
    tx?: Transaction,
  ): Promise<Operation[]> {
    const conditions = [
      ...(creatorId === undefined ? [] : [{ sql: 'creator_id = ?', value: creatorId }]),
      ...(type === undefined ? [] : [{ sql: 'event_type = ?', value: type }]),
    ];
    const where = conditions.length > 0 ? `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}` : '';
    const rows = await this.database.on(tx).all<OperationRow>(
      `SELECT event_type, creator_id, event_timestamp, event_details, duration_ms
       FROM timing_operation_log ${where} ORDER BY id DESC LIMIT ?`,
      [...conditions.map(({ value }) => value), limit],
    );
    return rows.map(fromRow);
  }
}

function columnsOf({ type, creatorId, atMs, details, durationMs }: Operation): Columns {
  const at = formatInstant(atMs);
  return {
    event_type: type,
    creator_id: creatorId,
    event_timestamp: at,
    event_details: JSON.stringify(details),
    duration_ms: durationMs ?? null,
    created_at: at,
  };
}

/** Rows of others may name no creator and hold no details; an event of theirs keeps its own name. */
const fromRow = (row: OperationRow): Operation => ({
  type: row.event_type,
  creatorId: row.creator_id ?? '',
  atMs: instantIn(row.event_timestamp),
  details: row.event_details === null ? {} : (JSON.parse(row.event_details) as Record<string, unknown>),
  ...(row.duration_ms === null ? {} : { durationMs: row.duration_ms }),
});
