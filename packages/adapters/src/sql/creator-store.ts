import { formatInstant, type Creator, type CreatorStore, type Transaction } from '@eros/domain';
import type { SqlDatabase } from './sql-database.js';

interface CreatorRow {
  creator_id: string;
  page_name: string;
  display_name: string;
  page_type: 'paid' | 'free';
  timezone: string;
  current_active_fans: number;
  is_active: number;
}

// Rows of others may leave these open; the defaults are the table's own.
const COLUMNS = `creator_id, page_name, display_name, page_type,
  COALESCE(timezone, 'America/Los_Angeles') AS timezone,
  COALESCE(current_active_fans, 0) AS current_active_fans,
  COALESCE(is_active, 1) AS is_active`;

export class SqlCreatorStore implements CreatorStore {
  constructor(private readonly database: SqlDatabase) {}

  async find(creatorId: string, tx?: Transaction): Promise<Creator | undefined> {
    const sql = `SELECT ${COLUMNS} FROM creators WHERE creator_id = ?`;
    const [row] = await this.database.on(tx).all<CreatorRow>(sql, [creatorId]);
    return row && fromRow(row);
  }

  async list(filter: { isActive?: boolean } = {}, tx?: Transaction): Promise<Creator[]> {
    const sql = `SELECT ${COLUMNS} FROM creators ORDER BY creator_id`;
    const creators = (await this.database.on(tx).all<CreatorRow>(sql)).map(fromRow);
    return filter.isActive === undefined ? creators : creators.filter(({ isActive }) => isActive === filter.isActive);
  }

  async save(creator: Creator, atMs: number, tx?: Transaction): Promise<void> {
    const at = formatInstant(atMs);
    await this.database.on(tx).run(
      `INSERT INTO creators
         (creator_id, page_name, display_name, page_type, timezone, current_active_fans, is_active, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (creator_id) DO UPDATE SET page_name = excluded.page_name, display_name = excluded.display_name,
         page_type = excluded.page_type, timezone = excluded.timezone,
         current_active_fans = excluded.current_active_fans, is_active = excluded.is_active, updated_at = excluded.updated_at`,
      [
        creator.creatorId,
        creator.pageName,
        creator.displayName,
        creator.pageType,
        creator.timeZone,
        creator.fanCount,
        creator.isActive ? 1 : 0,
        at,
        at,
      ],
    );
  }
}

const fromRow = (row: CreatorRow): Creator => ({
  creatorId: row.creator_id,
  pageName: row.page_name,
  displayName: row.display_name,
  pageType: row.page_type,
  timeZone: row.timezone,
  fanCount: row.current_active_fans,
  isActive: row.is_active !== 0,
});
