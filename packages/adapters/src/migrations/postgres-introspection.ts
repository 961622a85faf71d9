import type { SqlSession } from '../sql/sql-database.js';
import type { FoundSchema, FoundTable } from './found-schema.js';
import { grouped } from './grouped.js';

interface RelationRow {
  name: string;
  kind: string;
  definition: string | null;
  comment: string | null;
}
interface ColumnRow {
  owner: string;
  name: string;
  type: string;
  is_not_null: number;
  default_sql: string | null;
  is_numbered: number;
  is_generated: number;
}
interface IndexRow {
  owner: string;
  name: string;
  sql: string;
  is_primary: number;
  is_key: number;
  is_own: number;
  columns: string;
}
interface ConstraintRow {
  owner: string;
  kind: string;
  condition: string | null;
  columns: string;
  parent: string | null;
  parent_columns: string | null;
  on_delete: string;
}

/** Begins the comment of a view that we made. Its statement follows: PostgreSQL keeps no text of a view, only its parse. */
export const VIEW_MARK = 'Made by EROS Core:\n';

const ON_DELETE: Readonly<Record<string, string>> = { a: 'NO ACTION', r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL' };

// The schema that names without one are resolved by, which is where our tables are made.
const HERE = 'n.nspname = current_schema()';
const WANTED = 'IN (SELECT jsonb_array_elements_text(CAST(? AS jsonb)))';
const flag = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
const namesOf = (owner: string, numbers: string): string =>
  `(SELECT CAST(json_agg(a.attname ORDER BY part.place) AS text)
    FROM unnest(${numbers}) WITH ORDINALITY part(attnum, place)
    JOIN pg_attribute a ON a.attrelid = ${owner} AND a.attnum = part.attnum)`;

/**
 * Reads what the current schema holds, in four statements whatever its size. PostgreSQL tells the cases of names apart: a
 * name that is not in lower case is another than ours.
 *
 * @param only the tables to look into; the others are listed without columns and keys.
 */
export async function readPostgresSchema(session: SqlSession, only: readonly string[]): Promise<FoundSchema> {
  const wanted = [JSON.stringify(only)];
  const relations = await session.all<RelationRow>(
    `SELECT c.relname AS name, c.relkind AS kind, obj_description(c.oid, 'pg_class') AS comment,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${HERE} AND c.relkind IN ('r', 'p', 'f', 'v', 'm') ORDER BY c.relname`,
  );
  const columns = await session.all<ColumnRow>(
    `SELECT c.relname AS owner, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       pg_get_expr(d.adbin, d.adrelid) AS default_sql, ${flag('a.attnotnull')} AS is_not_null,
       ${flag(`a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'`)} AS is_numbered,
       ${flag(`a.attgenerated <> ''`)} AS is_generated
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE ${HERE} AND c.relkind IN ('r', 'p', 'f') AND c.relname ${WANTED} ORDER BY c.relname, a.attnum`,
    wanted,
  );
  const indexes = await session.all<IndexRow>(
    `SELECT t.relname AS owner, c.relname AS name, pg_get_indexdef(i.indexrelid) AS sql,
       ${flag('i.indisprimary')} AS is_primary,
       ${flag('i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL')} AS is_key,
       ${flag('EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)')} AS is_own,
       ${namesOf('i.indrelid', 'i.indkey[0 : i.indnkeyatts - 1]')} AS columns
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${HERE} ORDER BY t.relname, i.indisprimary DESC, c.relname`,
  );
  const constraints = await session.all<ConstraintRow>(
    `SELECT c.relname AS owner, k.contype AS kind, pg_get_expr(k.conbin, k.conrelid) AS condition,
       ${namesOf('k.conrelid', 'k.conkey')} AS columns, p.relname AS parent,
       ${namesOf('k.confrelid', 'k.confkey')} AS parent_columns, k.confdeltype AS on_delete
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_class p ON p.oid = k.confrelid
     WHERE ${HERE} AND k.contype IN ('c', 'f') AND c.relname ${WANTED} ORDER BY c.relname, k.conname`,
    wanted,
  );
  const owner = (row: { owner: string }) => row.owner;
  const [columnsOf, indexesOf] = [grouped(columns, owner), grouped(indexes, owner)];
  const constraintsOf = grouped(constraints, owner);
  const isView = ({ kind }: RelationRow) => kind === 'v' || kind === 'm';
  return {
    tables: new Map(
      relations
        .filter((row) => !isView(row))
        .map(({ name }) => [
          name,
          tableFrom(name, columnsOf.get(name) ?? [], indexesOf.get(name) ?? [], constraintsOf.get(name) ?? []),
        ]),
    ),
    indexes: new Map(
      indexes.filter(({ is_own }) => is_own === 0).map(({ name, owner: table, sql }) => [name, { table, sql }]),
    ),
    views: new Map(relations.filter(isView).map((row) => [row.name, statementOf(row)])),
  };
}

/** The statement that makes a view: ours word by word, another's as PostgreSQL would write it. */
const statementOf = ({ name, kind, comment, definition }: RelationRow): string =>
  comment?.startsWith(VIEW_MARK)
    ? comment.slice(VIEW_MARK.length)
    : `CREATE ${kind === 'm' ? 'MATERIALIZED ' : ''}VIEW ${name} AS\n${definition ?? ''}`;

function tableFrom(
  name: string,
  columns: readonly ColumnRow[],
  indexes: readonly IndexRow[],
  constraints: readonly ConstraintRow[],
): FoundTable {
  const listed = (json: string | null): string[] => (json === null ? [] : (JSON.parse(json) as string[]));
  const key = listed(indexes.find(({ is_primary }) => is_primary === 1)?.columns ?? null);
  return {
    name,
    isStrict: true,
    columns: columns.map((column) => ({
      name: column.name,
      written: column.name,
      type: column.type,
      // A key of one column is NOT NULL by being one.
      isNotNull: column.is_not_null === 1 && key.join() !== column.name,
      defaultSql: column.is_generated === 1 ? undefined : (column.default_sql ?? undefined),
      keyPlace: key.indexOf(column.name) + 1,
      isNumbered: column.is_numbered === 1,
      isGenerated: column.is_generated === 1,
    })),
    foreignKeys: constraints.flatMap(({ kind, columns: from, parent, parent_columns, on_delete }) => {
      const parents = listed(parent_columns);
      if (kind !== 'f' || parent === null) return [];
      return listed(from).map((column, i) => ({
        column,
        table: parent,
        toColumn: parents[i] ?? '',
        onDelete: ON_DELETE[on_delete] ?? on_delete,
      }));
    }),
    uniqueKeys: indexes.filter(({ is_key }) => is_key === 1).map(({ columns: names }) => listed(names)),
    checksOf: (column) =>
      constraints.flatMap(({ kind, condition, columns: names }) =>
        kind === 'c' && condition !== null && names === JSON.stringify([column]) ? [condition] : [],
      ),
  };
}
