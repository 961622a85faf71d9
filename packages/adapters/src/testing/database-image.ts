import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { SqliteDriver } from '../sqlite/sqlite-connection.js';

/** Everything an SQLite file says, as text: for comparing before and after. */
export interface DatabaseImage {
  /** `type name` -> SQL as stored. */
  readonly objects: Readonly<Record<string, string>>;
  /** Table -> its rows, each column as the SQL literal of its very value and storage class. */
  readonly rows: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/**
 * Reads it all by a connection of its own. The driver must be that of whoever has the file open in this process: two copies
 * of SQLite in one process do not see each other's locks.
 */
export async function imageOf(file: string, driver: SqliteDriver): Promise<DatabaseImage> {
  const database = await SqliteDatabase.open({ path: file, driver });
  try {
    const session = database.on();
    const objects = await session.all<{ type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'",
    );
    const rows: Record<string, Record<string, string>[]> = {};
    for (const { name } of objects.filter(({ type }) => type === 'table')) {
      const columns = await session.all<{ name: string }>(`PRAGMA table_xinfo(${quoted(name)})`);
      const literals = columns.map((column) => `quote(${quoted(column.name)}) AS ${quoted(column.name)}`);
      const found = await session.all<Record<string, string>>(`SELECT ${literals.join(', ')} FROM ${quoted(name)}`);
      rows[name] = found.sort(byText);
    }
    return { objects: Object.fromEntries(objects.map(({ type, name, sql }) => [`${type} ${name}`, sql])), rows };
  } finally {
    await database.close();
  }
}

/** The part of `after` that `before` knew: its tables and, in them, its columns. */
export function knownPart(after: DatabaseImage, before: DatabaseImage): DatabaseImage['rows'] {
  return Object.fromEntries(
    Object.entries(before.rows).map(([table, rows]) => {
      const columns = Object.keys(rows[0] ?? {});
      const known = (after.rows[table] ?? []).map((row) =>
        Object.fromEntries(columns.map((column) => [column, row[column] ?? 'gone'])),
      );
      return [table, known.sort(byText)];
    }),
  );
}
