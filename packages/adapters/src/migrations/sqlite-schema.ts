import { DatabaseUnavailableError } from '@eros/domain';
import { normalisedCondition } from '../schema/create-table.js';
import { sqliteColumn, sqliteDefault, sqliteIndexes, sqliteTable, sqliteView } from '../schema/sqlite-ddl.js';
import type { Column } from '../schema/table.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { FoundSchema } from './found-schema.js';
import type { SchemaAccess, SchemaDdl } from './schema-access.js';
import { readSqliteSchema } from './sqlite-introspection.js';

/** How SQLite writes what is declared. */
const ddl: SchemaDdl = {
  table: sqliteTable,
  addedColumn: (table, column) => `ALTER TABLE ${table} ADD COLUMN ${sqliteColumn(forAlterTable(column))}`,
  indexes: sqliteIndexes,
  view: sqliteView,
  type: (column) => sqliteColumn({ name: 'x', type: column.type }).slice(2),
  default: sqliteDefault,
  spelling: (sql) =>
    normalisedCondition(unbracketed(sql.replace(/^CREATE (UNIQUE )?INDEX IF NOT EXISTS/i, 'CREATE $1INDEX'))),
  holds,
};

/** What columns of a strict table hold beside our own type. In any other table a column takes any value. */
const ALSO: Readonly<Record<string, readonly string[]>> = { TEXT: ['ANY'], INTEGER: ['INT', 'ANY'], REAL: ['ANY'] };

function holds(found: string, column: Column, isStrict: boolean): boolean {
  const type = ddl.type(column);
  return !isStrict || found === type || (ALSO[type]?.includes(found) ?? false);
}

/** ALTER TABLE takes no default that is an expression and no stored generated column: it is added without, or virtual. */
function forAlterTable(column: Column): Column {
  const { default: value, ...rest } = column;
  return {
    ...(typeof value === 'object' || value === undefined ? rest : { ...rest, default: value }),
    ...(column.generated ? { isVirtual: true as const } : {}),
  };
}

/** A default that is an expression stands in brackets. */
const unbracketed = (sql: string): string => sql.replace(/^\((.*)\)$/, '$1');

/** The schema of an SQLite file. */
export const sqliteSchema = (database: SqliteDatabase): SchemaAccess => ({
  databaseName: database.path,
  ddl,
  async look(work) {
    const session = database.on();
    for (;;) {
      const before = await schemaVersion(session);
      const seen = await work(session);
      // Several statements see several moments: another process may have migrated between them.
      if ((await schemaVersion(session)) === before) return seen;
    }
  },
  change: (work) => database.transaction((tx) => work(database.on(tx))),
  read: readSqliteSchema,
  makeView: async (session, _name, sql) => void (await session.all(sql)),
  dropping: withoutBrokenViews,
  settle: () => database.useWriteAheadLog(),
});

/** SQLite's own count of changes to the schema. */
async function schemaVersion(session: SqlSession): Promise<number> {
  const [row] = await session.all<{ schema_version: number }>('PRAGMA schema_version');
  return row?.schema_version ?? 0;
}

/**
 * Runs work with those views put aside that SQLite cannot read any more. While there is one it drops no column of any
 * table, and the predecessor left two such (predecessor facts 9.B8). They come back as they stood.
 */
async function withoutBrokenViews(session: SqlSession, found: FoundSchema, work: () => Promise<void>): Promise<void> {
  const aside: string[] = [];
  for (const [name, sql] of found.views) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    if (await isReadable(session, quoted)) continue;
    await session.all(`DROP VIEW ${quoted}`);
    aside.push(sql);
  }
  await work();
  for (const sql of aside) await session.all(sql);
}

async function isReadable(session: SqlSession, view: string): Promise<boolean> {
  try {
    await session.all(`SELECT 1 FROM ${view} LIMIT 0`);
    return true;
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) throw error;
    return false; // it names what is not there
  }
}
