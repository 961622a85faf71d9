import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MemoryDatabase } from '../memory/memory-database.js';
import { sqliteIndexes, sqliteTable } from '../schema/sqlite-ddl.js';
import { tables } from '../schema/tables/index.js';
import { SqliteDatabase, type SqliteOptions } from '../sqlite/sqlite-database.js';
import type { SqlDatabase } from '../sql/sql-database.js';
import { openTestPostgres } from './test-postgres.js';

/** A database made for one test: either in memory or SQL, gone after `close()`. */
export type TestDatabase =
  | { readonly kind: 'memory'; readonly database: MemoryDatabase; close(): Promise<void> }
  | { readonly kind: 'sql'; readonly database: SqlDatabase; close(): Promise<void> };

/** A new SQLite file with our schema in a folder of its own. */
export async function openTestSqlite(
  options: Partial<SqliteOptions> = {},
): Promise<{ database: SqliteDatabase; path: string; close(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eros-test-'));
  const file = options.path ?? path.join(folder, 'eros.db');
  const database = await SqliteDatabase.open({ ...options, path: file });
  await database.transaction(async (tx) => {
    for (const table of tables) {
      await tx.query(sqliteTable(table));
      for (const { sql } of sqliteIndexes(table)) await tx.query(sql);
    }
  });
  const close = async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { database, path: file, close };
}

/** Runs one suite on every database: in memory, SQLite by `sqlite3`, SQLite by `better-sqlite3`, PostgreSQL. */
export function eachDatabase(suite: (open: (clock?: { nowMs(): number }) => Promise<TestDatabase>) => void): void {
  describe('in memory', () =>
    suite(async (clock) => {
      const database = new MemoryDatabase(clock);
      return { kind: 'memory', database, close: () => database.close() };
    }));
  for (const driver of ['sqlite3', 'better-sqlite3'] as const) {
    describe(`on SQLite by ${driver}`, () =>
      suite(async (clock) => {
        const { database, close } = await openTestSqlite({ driver, ...(clock ? { clock } : {}) });
        return { kind: 'sql', database, close };
      }));
  }
  describe('on PostgreSQL', () =>
    suite(async (clock) => {
      const { database, close } = await openTestPostgres(clock ? { clock } : {});
      return { kind: 'sql', database, close };
    }));
}
