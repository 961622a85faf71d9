import {
  formatInstant,
  StaleVersionError,
  type EvidenceWeek,
  type LearningRecord,
  type LearningState,
  type LearningStore,
  type OffsetGuard,
  type Transaction,
  type Versioned,
} from '@eros/domain';
import { insertInto, instantIn, updateOf } from './columns.js';
import type { SqlDatabase } from './sql-database.js';

interface LearningRow {
  creator_id: string;
  state: string | null;
  seeded_with: string;
  offset_per_day: number;
  guard: OffsetGuard | null;
  weeks_at_offset: number;
  last_week_start: string | null;
  frozen_by: string | null;
  frozen_reason: string | null;
  frozen_at: string | null;
  version: number;
  updated_at: string;
}

/** `volume_learning_state`. */
export class SqlLearningStore implements LearningStore {
  constructor(private readonly database: SqlDatabase) {}

  async load(creatorId: string, tx?: Transaction): Promise<Versioned<LearningRecord> | undefined> {
    const sql = 'SELECT * FROM volume_learning_state WHERE creator_id = ?';
    const [row] = await this.database.on(tx).all<LearningRow>(sql, [creatorId]);
    return row && { value: fromRow(row), version: row.version };
  }

  async save(record: LearningRecord, expectedVersion: number, tx: Transaction): Promise<number> {
    const version = expectedVersion + 1;
    const columns = {
      creator_id: record.creatorId,
      state: record.state ? JSON.stringify(record.state) : null,
      seeded_with: JSON.stringify(record.seededWith),
      offset_per_day: record.offset,
      guard: record.guard ?? null,
      weeks_at_offset: record.weeksAtOffset,
      last_week_start: record.lastWeek ?? null,
      frozen_by: record.frozen?.by ?? null,
      frozen_reason: record.frozen?.reason ?? null,
      frozen_at: record.frozen ? formatInstant(record.frozen.atMs) : null,
      version,
      updated_at: formatInstant(record.updatedAtMs),
    };
    const { sql, params } =
      expectedVersion === 0
        ? insertInto('volume_learning_state', columns)
        : updateOf('volume_learning_state', columns, 'creator_id = ? AND version = ?', [
            record.creatorId,
            expectedVersion,
          ]);
    const written = await this.database
      .on(tx)
      .run(expectedVersion === 0 ? `${sql} ON CONFLICT (creator_id) DO NOTHING` : sql, params);
    if (written.affected !== 1)
      throw new StaleVersionError(`what was learnt of "${record.creatorId}"`, expectedVersion);
    return version;
  }
}

const fromRow = (row: LearningRow): LearningRecord => ({
  creatorId: row.creator_id,
  state: row.state === null ? undefined : (JSON.parse(row.state) as LearningState),
  seededWith: JSON.parse(row.seeded_with) as EvidenceWeek[],
  offset: row.offset_per_day,
  guard: row.guard ?? undefined,
  weeksAtOffset: row.weeks_at_offset,
  lastWeek: row.last_week_start ?? undefined,
  frozen:
    row.frozen_by === null || row.frozen_at === null
      ? undefined
      : { by: row.frozen_by, reason: row.frozen_reason ?? '', atMs: instantIn(row.frozen_at) },
  updatedAtMs: instantIn(row.updated_at),
});
