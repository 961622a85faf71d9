import type { SqlSession } from '../sql/sql-database.js';

export interface FoundColumn {
  readonly name: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly defaultSql: string | undefined;
  /** 0, or the place in the primary key from 1. */
  readonly keyPlace: number;
  readonly isGenerated: boolean;
}

export interface FoundForeignKey {
  readonly column: string;
  readonly table: string;
  readonly toColumn: string;
  readonly onDelete: string;
}

export interface FoundTable {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly FoundColumn[];
  readonly foreignKeys: readonly FoundForeignKey[];
  /** Columns that alone are a key or unique, so that others may refer to them. */
  readonly uniqueColumns: ReadonlySet<string>;
}

/** What an SQLite database holds. */
export interface FoundSchema {
  readonly tables: ReadonlyMap<string, FoundTable>;
  /** name -> SQL as stored; indexes that SQLite made by itself have none and are left out. */
  readonly indexes: ReadonlyMap<string, string>;
  readonly views: ReadonlyMap<string, string>;
}

export async function readSqliteSchema(session: SqlSession): Promise<FoundSchema> {
  const objects = await session.all<{ type: string; name: string; sql: string | null }>(
    `SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
  );
  const named = (type: string) =>
    new Map(
      objects.filter((each) => each.type === type && each.sql !== null).map(({ name, sql }) => [name, sql ?? '']),
    );
  const tables = new Map<string, FoundTable>();
  for (const [name, sql] of named('table')) tables.set(name, await readTable(session, name, sql));
  return { tables, indexes: named('index'), views: named('view') };
}

async function readTable(session: SqlSession, name: string, sql: string): Promise<FoundTable> {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  const columns = await session.all<{
    name: string;
    type: string;
    notnull: number;
    dflt_value: string | null;
    pk: number;
    hidden: number;
  }>(`PRAGMA table_xinfo(${quoted})`);
  const keys = await session.all<{ from: string; table: string; to: string | null; on_delete: string }>(
    `PRAGMA foreign_key_list(${quoted})`,
  );
  const uniqueColumns = new Set(
    columns.filter(({ pk }) => pk === 1 && !columns.some((c) => c.pk > 1)).map((c) => c.name),
  );
  for (const index of await session.all<{ name: string; unique: number; partial: number }>(
    `PRAGMA index_list(${quoted})`,
  )) {
    if (!index.unique || index.partial) continue;
    const members = await session.all<{ name: string | null }>(
      `PRAGMA index_info("${index.name.replaceAll('"', '""')}")`,
    );
    if (members.length === 1 && members[0]?.name) uniqueColumns.add(members[0].name);
  }
  return {
    name,
    sql,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      isNotNull: column.notnull === 1,
      defaultSql: column.dflt_value ?? undefined,
      keyPlace: column.pk,
      isGenerated: column.hidden === 2 || column.hidden === 3,
    })),
    foreignKeys: keys.map((key) => ({
      column: key.from,
      table: key.table,
      toColumn: key.to ?? '',
      onDelete: key.on_delete,
    })),
    uniqueColumns,
  };
}
