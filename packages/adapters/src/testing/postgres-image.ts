import type { SqlSession } from '../sql/sql-database.js';

/** Everything that the current schema says, as text: for comparing before and after. */
export interface PostgresImage {
  readonly relations: readonly { readonly name: string; readonly kind: string; readonly definition: string | null }[];
  readonly columns: readonly Readonly<Record<string, unknown>>[];
  /** Table -> its rows as JSON, in their order. */
  readonly rows: Readonly<Record<string, readonly string[] | undefined>>;
}

export async function postgresImageOf(session: SqlSession): Promise<PostgresImage> {
  const relations = await session.all<PostgresImage['relations'][number]>(
    `SELECT c.relname AS name, c.relkind AS kind,
       CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) WHEN 'i' THEN pg_get_indexdef(c.oid) END AS definition
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() ORDER BY 1`,
  );
  const columns = await session.all<Record<string, unknown>>(
    `SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns
     WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`,
  );
  const rows: Record<string, string[]> = {};
  for (const { name } of relations.filter(({ kind }) => kind === 'r')) {
    const found = await session.all<{ row: string }>(`SELECT CAST(to_jsonb(t) AS text) AS row FROM "${name}" t`);
    rows[name] = found.map(({ row }) => row).sort();
  }
  return { relations, columns, rows };
}
