import { UNSPECIFIED } from '../sql/content-type-numbers.js';
import { columnOf, type FoundSchema } from './found-schema.js';
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
    looksInto: ['content_types'],

    async count(session, found) {
      if (!hasNames(found, table)) return 0;
      const where = `${has(found, table, 'content_type') ? isUnnamed : 'content_type_id IS NOT NULL'} AND ${isKnown}`;
      const [row] = await session.all<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
      return row?.n ?? 0;
    },

    async apply(session, found) {
      if (!hasNames(found, table)) return { rowCount: 0, originals: [] };
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

const hasNames = (found: FoundSchema, table: string): boolean =>
  has(found, table, 'content_type_id') &&
  has(found, 'content_types', 'content_type_id') &&
  has(found, 'content_types', 'type_name');

function has({ tables }: FoundSchema, table: string, column: string): boolean {
  const there = tables.get(table);
  return there !== undefined && columnOf(there, column) !== undefined;
}
