import type { Eros } from '../eros.js';

/** Rows as anybody with the file would read them. */
export const query = <Row>(eros: Eros, sql: string, params: unknown[] = []): Promise<Row[]> =>
  eros.transaction((tx) => tx.query<Row>(sql, params));
