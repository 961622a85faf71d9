import type { Eros } from '../eros.js';
import { isOnPostgres } from './postgres.js';

/** Rows as anybody with the database would read them. Placeholders are `?`, or `?1`, on every database. */
export const query = <Row>(eros: Eros, sql: string, params: unknown[] = []): Promise<Row[]> =>
  eros.transaction((tx) => tx.query<Row>(isOnPostgres() ? numbered(sql) : sql, params));

/** PostgreSQL numbers its placeholders. */
export function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/\?(\d*)/g, (_, given: string) => `$${given || (count += 1)}`);
}
