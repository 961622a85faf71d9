import { readCreateTable } from '../schema/create-table.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { FoundSchema, FoundTable } from './found-schema.js';
import { grouped } from './grouped.js';

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
 * Reads what is there, in four statements whatever its size. SQLite does not tell the cases of names apart: they come in
 * lower case.
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
    return names.length === members.length ? [names.map((each) => each.toLowerCase())] : []; // an index over an expression is no key
  });
  const key = primary.map((column) => column.name.toLowerCase());
  let text: ReturnType<typeof readCreateTable> | undefined;
  return {
    name,
    isStrict: /\)[^()]*\bSTRICT\b[^()]*$/i.test(sql), // a table's options stand behind its last bracket
    columns: columns.map((column) => ({
      name: column.name.toLowerCase(),
      written: column.name,
      type: column.type.toUpperCase(),
      isNotNull: column.notnull === 1,
      defaultSql: column.dflt_value ?? undefined,
      keyPlace: column.pk,
      // A key of that very type is the row's own number.
      isNumbered: column.pk === 1 && key.length === 1 && column.type.toUpperCase() === 'INTEGER',
      isGenerated: column.hidden === 2 || column.hidden === 3,
    })),
    foreignKeys: keys.map(({ from, table, to, on_delete }) => ({
      column: from.toLowerCase(),
      table: table.toLowerCase(),
      toColumn: to?.toLowerCase() ?? '',
      onDelete: on_delete,
    })),
    uniqueKeys: [...(key.length > 0 ? [key] : []), ...others],
    checksOf: (column) => (text ??= readCreateTable(sql)).checks.get(column) ?? [],
  };
}
