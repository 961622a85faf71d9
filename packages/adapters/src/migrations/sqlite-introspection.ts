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
  /** The columns of each key that no two rows share, the primary key first. Partial unique indexes are none. */
  readonly uniqueKeys: readonly (readonly string[])[];
}

export interface FoundIndex {
  readonly table: string;
  readonly sql: string;
}

/** What an SQLite database holds. Names are lower case in the maps, since SQLite does not tell the cases apart. */
export interface FoundSchema {
  readonly tables: ReadonlyMap<string, FoundTable>;
  /** Indexes that SQLite made by itself have no SQL and are left out. */
  readonly indexes: ReadonlyMap<string, FoundIndex>;
  /** name -> SQL as stored. */
  readonly views: ReadonlyMap<string, string>;
}

interface MasterRow {
  type: string;
  name: string;
  tbl_name: string;
  sql: string | null;
}
interface ColumnRow {
  owner: string;
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
}
interface KeyRow {
  owner: string;
  from: string;
  table: string;
  to: string | null;
  on_delete: string;
}
interface UniqueRow {
  owner: string;
  index_name: string;
  column_name: string | null;
}

/**
 * Reads what is there, in four statements whatever its size.
 *
 * @param only the tables to look into; the others are listed without columns and keys. Default: all.
 */
export async function readSqliteSchema(session: SqlSession, only?: readonly string[]): Promise<FoundSchema> {
  const wanted = only && JSON.stringify(only.map((name) => name.toLowerCase()));
  const owners = `FROM sqlite_master m ${wanted ? 'JOIN json_each(?) w ON w.value = lower(m.name)' : ''}`;
  const isTable = `m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
  const params = wanted ? [wanted] : [];
  const objects = await session.all<MasterRow>(
    `SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
  );
  const columns = await session.all<ColumnRow>(
    `SELECT m.name AS owner, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
     ${owners} JOIN pragma_table_xinfo(m.name) x WHERE ${isTable} ORDER BY m.name, x.cid`,
    params,
  );
  const keys = await session.all<KeyRow>(
    `SELECT m.name AS owner, f."from", f."table", f."to", f.on_delete
     ${owners} JOIN pragma_foreign_key_list(m.name) f WHERE ${isTable} ORDER BY m.name, f.id, f.seq`,
    params,
  );
  const uniques = await session.all<UniqueRow>(
    `SELECT m.name AS owner, l.name AS index_name, i.name AS column_name
     ${owners} JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
     WHERE ${isTable} AND l."unique" AND NOT l.partial ORDER BY m.name, l.seq, i.seqno`,
    params,
  );
  const named = <T>(type: string, value: (row: MasterRow, sql: string) => T) =>
    new Map(
      objects.flatMap((row) =>
        row.type === type && row.sql !== null ? [[row.name.toLowerCase(), value(row, row.sql)] as const] : [],
      ),
    );
  const owner = (row: { owner: string }) => row.owner;
  const [columnsOf, keysOf, uniquesOf] = [grouped(columns, owner), grouped(keys, owner), grouped(uniques, owner)];
  return {
    tables: named('table', ({ name }, sql) =>
      tableFrom(name, sql, columnsOf.get(name) ?? [], keysOf.get(name) ?? [], uniquesOf.get(name) ?? []),
    ),
    indexes: named('index', (row, sql) => ({ table: row.tbl_name.toLowerCase(), sql })),
    views: named('view', (_row, sql) => sql),
  };
}

function tableFrom(
  name: string,
  sql: string,
  columns: readonly ColumnRow[],
  keys: readonly KeyRow[],
  uniques: readonly UniqueRow[],
): FoundTable {
  const primary = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const byIndex = [...grouped(uniques, ({ index_name }) => index_name).values()];
  const others = byIndex.flatMap((members) => {
    const names = members.flatMap(({ column_name }) => (column_name === null ? [] : [column_name]));
    return names.length === members.length ? [names] : []; // an index over an expression is no key
  });
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
    uniqueKeys: [...(primary.length > 0 ? [primary.map((column) => column.name)] : []), ...others],
  };
}

function grouped<Row>(rows: readonly Row[], by: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(by(row));
    if (group) group.push(row);
    else groups.set(by(row), [row]);
  }
  return groups;
}
