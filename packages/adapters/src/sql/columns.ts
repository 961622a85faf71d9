import { parseInstant } from '@eros/domain';
import type { SqlSession } from './sql-database.js';
import { inStatements, rowsOfMarks } from './statements.js';

/** What a row holds under each column name. */
export type Columns = Readonly<Record<string, string | number | null>>;

/** The instant in a column that must hold one. */
export function instantIn(text: string): number {
  const atMs = parseInstant(text);
  if (atMs === undefined) throw new Error(`bug: "${text}" is no instant`);
  return atMs;
}

/** INSERT of one row. */
export function insertInto(table: string, columns: Columns): { sql: string; params: (string | number | null)[] } {
  const names = Object.keys(columns);
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  return { sql, params: Object.values(columns) };
}

/** INSERT of rows with the same columns, as few statements as hold them. */
export function insertsInto(
  table: string,
  rows: readonly Columns[],
): { sql: string; params: (string | number | null)[] }[] {
  const names = Object.keys(rows[0] ?? {});
  return inStatements(rows, names.length).map((part) => ({
    sql: `INSERT INTO ${table} (${names.join(', ')}) VALUES ${rowsOfMarks(part.length, names.length)}`,
    params: part.flatMap((row) => names.map((name) => row[name] ?? null)),
  }));
}

/** INSERT of one row, which gives back the identity key that the database numbered it with. */
export async function insertNumbered(
  session: SqlSession,
  table: string,
  key: string,
  columns: Columns,
): Promise<number> {
  const { sql, params } = insertInto(table, columns);
  const [row] = await session.returning<Record<string, number>>(() => ({
    sql: `${sql} RETURNING ${key}`,
    params,
  }));
  const id = row?.[key];
  if (id === undefined) throw new Error(`bug: a new row of ${table} has no ${key}`);
  return id;
}

/** UPDATE of the rows that meet a condition. */
export function updateOf(
  table: string,
  columns: Columns,
  where: string,
  params: readonly (string | number)[],
): { sql: string; params: (string | number | null)[] } {
  const sql = `UPDATE ${table} SET ${Object.keys(columns)
    .map((name) => `${name} = ?`)
    .join(', ')} WHERE ${where}`;
  return { sql, params: [...Object.values(columns), ...params] };
}
