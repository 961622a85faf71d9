import { readFileSync, writeFileSync } from 'node:fs';
import { Migrator } from '../migrations/migrator.js';
import { sqliteSchema } from '../migrations/sqlite-schema.js';
import { declaredSchema } from '../schema/declared-schema.js';
import { SqliteDatabase, type SqliteOptions } from '../sqlite/sqlite-database.js';
import { buildPredecessorDatabase } from './predecessor-database.js';
import { temporaryFolder } from './temporary-folder.js';

/** The file once made, since it is the same for every test. */
let made: Promise<Buffer> | undefined;

/**
 * A predecessor's database without rows, adopted, whose own tables give no column a default and check nothing. Where a
 * default is documented a value is demanded, so a store that rests on one fails.
 */
export async function openAdoptedSqlite(
  options: Partial<SqliteOptions> = {},
): Promise<{ database: SqliteDatabase; close(): Promise<void> }> {
  made ??= make();
  const folder = temporaryFolder();
  const path = folder.file('adopted.db');
  writeFileSync(path, await made);
  const database = await SqliteDatabase.open({ ...options, path });
  const close = async () => {
    await database.close();
    folder.remove();
  };
  return { database, close };
}

async function make(): Promise<Buffer> {
  const folder = temporaryFolder();
  try {
    const path = folder.file('adopted.db');
    buildPredecessorDatabase(path, { isBare: true, isEmpty: true });
    const database = await SqliteDatabase.open({ path });
    await new Migrator(sqliteSchema(database), declaredSchema).migrate({ nowMs: 0 });
    await database.close();
    return readFileSync(path);
  } finally {
    folder.remove();
  }
}
