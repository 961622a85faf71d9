import type { Caption } from '@eros/domain';
import type { Dialect } from './dialect.js';
import type { SqlSession } from './sql-database.js';
import { marks } from './statements.js';

/** The name under which a caption without a content type stands there. */
export const UNSPECIFIED = 'unspecified';

/**
 * The number of each caption's content type in the predecessor's table `content_types`, which its `caption_bank` demands. A
 * name that is not there is added. Where there is no such table, as in a database of ours, there is no number.
 */
export async function contentTypeNumbers(
  session: SqlSession,
  { tableNamed }: Dialect,
  captions: readonly Caption[],
): Promise<(caption: Caption) => number | null> {
  const [table] = await session.all(tableNamed, ['content_types']);
  if (!table) return () => null;
  const nameOf = ({ contentType }: Caption): string => contentType ?? UNSPECIFIED;
  const names = [...new Set(captions.map(nameOf))];
  const read = async () => {
    const sql = `SELECT type_name, content_type_id FROM content_types WHERE type_name IN (${marks(names.length)})`;
    const rows = await session.all<{ type_name: string; content_type_id: number }>(sql, names);
    return new Map(rows.map((row) => [row.type_name, row.content_type_id]));
  };
  const known = await read();
  const missing = names.filter((name) => !known.has(name));
  for (const name of missing) await session.run('INSERT INTO content_types (type_name) VALUES (?)', [name]);
  const numbers = missing.length > 0 ? await read() : known;
  return (caption) => numbers.get(nameOf(caption)) ?? null;
}
