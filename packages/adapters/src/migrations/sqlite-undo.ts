import { DatabaseUnavailableError } from '@eros/domain';
import { updateOf } from '../sql/columns.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { SchemaChange } from './migration.js';
import { hasColumn } from './sqlite-changes.js';
import type { FoundSchema } from './sqlite-introspection.js';

/** Takes one change back. What is no longer there is passed over. */
export async function undo(session: SqlSession, change: SchemaChange, found: FoundSchema): Promise<void> {
  switch (change.kind) {
    case 'create_view':
      await session.all(`DROP VIEW IF EXISTS ${change.name}`);
      if (change.replaced !== undefined) await session.all(change.replaced);
      return;
    case 'create_index':
      await session.all(`DROP INDEX IF EXISTS ${change.name}`);
      return;
    case 'add_column': {
      const table = found.tables.get(change.table);
      if (table && hasColumn(table, change.name)) {
        await session.all(`ALTER TABLE ${change.table} DROP COLUMN ${change.name}`);
      }
      return;
    }
    case 'create_table':
      await session.all(`DROP TABLE IF EXISTS ${change.name}`);
      return;
    case 'translate_rows':
      for (const { key, columns } of change.originals ?? []) {
        const where = Object.keys(key).map((name) => `${name} = ?`);
        const { sql, params } = updateOf(change.table, columns, where.join(' AND '), Object.values(key));
        await session.run(sql, params);
      }
  }
}

/**
 * Runs work with those views put aside that SQLite cannot read any more. While there is one it drops no column of any
 * table, and the predecessor left two such (predecessor facts 9.B8). They come back as they stood.
 */
export async function withoutBrokenViews(
  session: SqlSession,
  found: FoundSchema,
  work: () => Promise<void>,
): Promise<void> {
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
      const column = found.tables.get(change.table)?.columns.find(({ name }) => name.toLowerCase() === change.name);
      if (!column || column.isGenerated) continue;
      const isSet = `${change.name} IS NOT (${column.defaultSql ?? 'NULL'})`;
      if (await isAny(session, change.table, isSet)) {
        losses.push(`column ${change.table}.${change.name} holds values, ${advice}`);
      }
    }
  }
  return losses;
}

async function isAny(session: SqlSession, table: string, condition = '1'): Promise<boolean> {
  const sql = `SELECT EXISTS (SELECT 1 FROM ${table} WHERE ${condition}) AS n`;
  const [row] = await session.all<{ n: number }>(sql);
  return row?.n === 1;
}
