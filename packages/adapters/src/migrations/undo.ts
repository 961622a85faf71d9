import { updateOf } from '../sql/columns.js';
import type { SqlSession } from '../sql/sql-database.js';
import { columnOf, type FoundSchema } from './found-schema.js';
import type { SchemaChange } from './migration.js';
import type { SchemaAccess } from './schema-access.js';

/**
 * Takes one change back. What is no longer there is passed over, by what was found and not by the database: a name that is gone from our
 * schema may lead it to one further along the `search_path`.
 */
export async function undo(
  session: SqlSession,
  change: SchemaChange,
  found: FoundSchema,
  access: Pick<SchemaAccess, 'makeView'>,
): Promise<void> {
  switch (change.kind) {
    case 'create_view':
      if (found.views.has(change.name)) await session.all(`DROP VIEW ${change.name}`);
      if (change.replaced !== undefined) await access.makeView(session, change.name, change.replaced);
      return;
    case 'create_index':
      if (found.indexes.has(change.name)) await session.all(`DROP INDEX ${change.name}`);
      return;
    case 'add_column': {
      const table = found.tables.get(change.table);
      if (table && columnOf(table, change.name)) {
        await session.all(`ALTER TABLE ${change.table} DROP COLUMN ${change.name}`);
      }
      return;
    }
    case 'create_table':
      if (found.tables.has(change.name)) await session.all(`DROP TABLE ${change.name}`);
      return;
    case 'translate_rows':
      for (const { key, columns } of change.originals ?? []) {
        const where = Object.keys(key).map((name) => `${name} = ?`);
        const { sql, params } = updateOf(change.table, columns, where.join(' AND '), Object.values(key));
        await session.run(sql, params);
      }
  }
}

/** What would be lost with the tables and columns that a run made: rows and values written since, each named. */
export async function lossesIn(
  session: SqlSession,
  changes: readonly SchemaChange[],
  found: FoundSchema,
): Promise<string[]> {
  const losses: string[] = [];
  const advice = 'which going down would lose: pass discardRows if that is meant';
  for (const change of changes) {
    if (change.kind === 'create_table' && found.tables.has(change.name) && change.name !== 'eros_clock') {
      if (await isAny(session, change.name)) losses.push(`table ${change.name} holds rows, ${advice}`);
    }
    if (change.kind === 'add_column') {
      const table = found.tables.get(change.table);
      const column = table && columnOf(table, change.name);
      if (!column || column.isGenerated) continue;
      const isSet = `${change.name} IS DISTINCT FROM (${column.defaultSql ?? 'NULL'})`;
      if (await isAny(session, change.table, isSet)) {
        losses.push(`column ${change.table}.${change.name} holds values, ${advice}`);
      }
    }
  }
  return losses;
}

async function isAny(session: SqlSession, table: string, condition = '1 = 1'): Promise<boolean> {
  const sql = `SELECT CASE WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${condition}) THEN 1 ELSE 0 END AS n`;
  const [row] = await session.all<{ n: number }>(sql);
  return row?.n === 1;
}
