import Database from 'better-sqlite3';

/** Everything an SQLite file says, as text: for comparing before and after. Read by a connection of its own. */
export interface DatabaseImage {
  /** `type name` -> SQL as stored. */
  readonly objects: Readonly<Record<string, string>>;
  /** Table -> its rows, each column as the SQL literal of its very value and storage class. */
  readonly rows: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export function imageOf(file: string): DatabaseImage {
  const database = new Database(file, { readonly: true });
  try {
    const objects = database
      .prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'")
      .all() as { type: string; name: string; sql: string }[];
    const rows: Record<string, Record<string, string>[]> = {};
    for (const { name } of objects.filter(({ type }) => type === 'table')) {
      const columns = database.prepare(`PRAGMA table_xinfo(${quoted(name)})`).all() as { name: string }[];
      const literals = columns.map((column) => `quote(${quoted(column.name)}) AS ${quoted(column.name)}`);
      const sql = `SELECT ${literals.join(', ')} FROM ${quoted(name)}`;
      rows[name] = (database.prepare(sql).all() as Record<string, string>[]).sort((a, b) =>
        JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
      );
    }
    return { objects: Object.fromEntries(objects.map(({ type, name, sql }) => [`${type} ${name}`, sql])), rows };
  } finally {
    database.close();
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
      return [table, known.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))];
    }),
  );
}
