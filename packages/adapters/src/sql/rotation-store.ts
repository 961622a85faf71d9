import {
  formatInstant,
  StaleVersionError,
  type Rotation,
  type RotationStore,
  type RotationWrite,
  type Transaction,
  type Versioned,
} from '@eros/domain';
import { updateOf } from './columns.js';
import { columnsOf, rotationFrom, type RotationRow } from './rotation-row.js';
import type { SqlDatabase } from './sql-database.js';

/** `creator_rotation_state`. */
export class SqlRotationStore implements RotationStore {
  constructor(private readonly database: SqlDatabase) {}

  async load(creatorId: string, tx?: Transaction): Promise<Versioned<Rotation> | undefined> {
    const sql = 'SELECT * FROM creator_rotation_state WHERE creator_id = ?';
    const [row] = await this.database.on(tx).all<RotationRow>(sql, [creatorId]);
    return row && { value: rotationFrom(row), version: row.version };
  }

  async save(rotation: Rotation, write: RotationWrite, tx?: Transaction): Promise<number> {
    const { expectedVersion, atMs, daysOnPattern } = write;
    const { creatorId } = rotation;
    const version = expectedVersion + 1;
    const written = { days_on_pattern: daysOnPattern, updated_at: formatInstant(atMs), version };
    const columns = { ...columnsOf(rotation), ...written };
    const { sql, params } =
      expectedVersion === 0
        ? insertUnlessThere({ creator_id: creatorId, ...columns })
        : updateOf('creator_rotation_state', columns, 'creator_id = ? AND version = ?', [creatorId, expectedVersion]);
    const { affected } = await this.database.on(tx).run(sql, params);
    if (affected !== 1) throw new StaleVersionError(`rotation of "${creatorId}"`, expectedVersion);
    return version;
  }

  async listActive(tx?: Transaction): Promise<Versioned<Rotation>[]> {
    const sql = 'SELECT * FROM creator_rotation_state ORDER BY creator_id';
    const rows = await this.database.on(tx).all<RotationRow>(sql);
    const stored = rows.map((row) => ({ value: rotationFrom(row), version: row.version }));
    return stored.filter(({ value }) => value.state === 'active');
  }
}

function insertUnlessThere(columns: Readonly<Record<string, string | number | null>>) {
  const names = Object.keys(columns);
  const sql = `INSERT INTO creator_rotation_state (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
    ON CONFLICT (creator_id) DO NOTHING`;
  return { sql, params: Object.values(columns) };
}
