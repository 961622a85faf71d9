import { parseInstant } from '@eros/domain';

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
