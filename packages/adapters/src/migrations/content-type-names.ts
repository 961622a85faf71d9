import { UNSPECIFIED } from '../sql/content-type-numbers.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { RowTranslation } from './row-translation.js';

/**
 * Writes the names of content types into rows that hold only their numbers: the predecessor kept the names in a table
 * `content_types` of its own, and our stores go by name. The number stays. Rows that it adds later are found at the next run.
 */
export const contentTypeNames = (table: 'caption_bank' | 'mass_messages'): RowTranslation => {
  const isUnnamed = 'content_type IS NULL AND content_type_id IS NOT NULL'; // as in the partial index of the table
  const isKnown = `content_type_id IN (SELECT content_type_id FROM content_types WHERE type_name <> '${UNSPECIFIED}')`;
  return {
    table,
    name: 'name the content types',

    async count(session) {
      const { hasNames, hasColumn } = await look(session, table);
      if (!hasNames) return 0;
      const where = `${hasColumn ? isUnnamed : 'content_type_id IS NOT NULL'} AND ${isKnown}`;
      const [row] = await session.all<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
      return row?.n ?? 0;
    },

    async apply(session) {
      const { hasNames } = await look(session, table);
      if (!hasNames) return { rowCount: 0, originals: [] };
      const { affected } = await session.run(
        `UPDATE ${table} SET content_type =
           (SELECT type_name FROM content_types WHERE content_types.content_type_id = ${table}.content_type_id)
         WHERE ${isUnnamed} AND ${isKnown}`,
      );
      return { rowCount: affected, originals: [] };
    },

    async revert(session) {
      await session.run(
        `UPDATE ${table} SET content_type = NULL WHERE content_type =
           (SELECT type_name FROM content_types WHERE content_types.content_type_id = ${table}.content_type_id)`,
      );
    },
  };
};

async function look(session: SqlSession, table: string): Promise<{ hasNames: boolean; hasColumn: boolean }> {
  const [row] = await session.all<{ names: number; number: number; name: number }>(
    `SELECT (SELECT count(*) FROM pragma_table_info('content_types') WHERE name IN ('content_type_id', 'type_name')) AS names,
       (SELECT count(*) FROM pragma_table_info(?) WHERE name = 'content_type_id') AS number,
       (SELECT count(*) FROM pragma_table_info(?) WHERE name = 'content_type') AS name`,
    [table, table],
  );
  return { hasNames: row?.names === 2 && row.number === 1, hasColumn: row?.name === 1 };
}
