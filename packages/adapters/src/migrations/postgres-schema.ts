import { SchemaConflictError } from '@eros/domain';
import { postgresColumn, postgresDefault, postgresIndexes, postgresTable } from '../schema/postgres-ddl.js';
import type { Column, ColumnType, View } from '../schema/table.js';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';
import { readPostgresSchema, VIEW_MARK } from './postgres-introspection.js';
import { postgresSpelling } from './postgres-spelling.js';
import type { SchemaAccess, SchemaDdl } from './schema-access.js';

/** What a type is called when PostgreSQL tells it. */
const LONG_NAMES: Readonly<Record<string, string>> = { timestamptz: 'timestamp with time zone' };

function typeOf({ type }: Column): string {
  const short = postgresColumn({ name: 'x', type })
    .slice('x '.length)
    .replace(/ COLLATE .*$/, '');
  return LONG_NAMES[short] ?? short;
}

/** The types, beside the one that we would make, that take what we write and give the same back, or refuse it aloud. */
const ALSO: Partial<Record<ColumnType, readonly string[]>> = {
  text: ['character varying'],
  time: ['character varying'],
  integer: ['integer', 'numeric'],
  real: ['numeric'],
  flag: ['integer', 'bigint'],
};

const holds = (found: string, column: Column): boolean =>
  found === typeOf(column) || (ALSO[column.type]?.includes(found.replace(/\(.*\)$/, '')) ?? false);

/** `OR REPLACE` tells our own statements from those of others, which `readPostgresSchema` tells without it. */
const OURS = /^CREATE OR REPLACE VIEW /;
const view = ({ name, postgres }: View): string => `CREATE OR REPLACE VIEW ${name} AS\n${postgres}`;

const ddl: SchemaDdl = {
  table: postgresTable,
  addedColumn(table, column) {
    const { default: value, ...rest } = column;
    if (typeof value !== 'object') return `ALTER TABLE ${table} ADD COLUMN ${postgresColumn(column)}`;
    // In two steps, so that only rows still to come get the present instant.
    const later = `ALTER COLUMN ${column.name} SET DEFAULT ${postgresDefault(value)}`;
    return `ALTER TABLE ${table} ADD COLUMN ${postgresColumn(rest)}, ${later}`;
  },
  indexes: postgresIndexes,
  view,
  type: typeOf,
  default: postgresDefault,
  spelling: postgresSpelling,
  holds,
};

/**
 * The schema of a PostgreSQL database: that to which its `search_path` leads first.
 *
 * @param schema made by the first migration if it is not there; default: none is made.
 */
export const postgresSchema = (
  database: SqlDatabase & { readonly name: string },
  { schema }: { schema?: string | undefined } = {},
): SchemaAccess => ({
  databaseName: database.name,
  ddl,
  look: (work) =>
    database.transaction((tx) => work(database.on(tx)), { isolation: 'serializable', isRepeatable: true }),
  // READ COMMITTED: what another process has migrated while this one waited for the lock must be seen.
  change: (work) =>
    database.transaction(
      async (tx) => {
        const session = database.on(tx);
        await session.all(`SELECT pg_advisory_xact_lock(hashtextextended('eros migrations', 0))`);
        if (schema !== undefined) await makeSchema(session, schema);
        return namingObstacles(database.name, () => work(session));
      },
      { isolation: 'read_committed', hasLongStatements: true },
    ),
  read: readPostgresSchema,
  async makeView(session, name, sql) {
    await session.all(sql);
    if (OURS.test(sql)) await session.all(`COMMENT ON VIEW ${name} IS '${(VIEW_MARK + sql).replaceAll("'", "''")}'`);
  },
  dropping: (_session: SqlSession, _found, work) => work(),
  settle: () => Promise.resolve(),
});

/** Asked first: who may not make schemas is refused also where it is there already, made for him by somebody else. */
async function makeSchema(session: SqlSession, schema: string): Promise<void> {
  const found = await session.all('SELECT 1 FROM pg_namespace WHERE nspname = ?', [schema]);
  if (found.length === 0) await session.all(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
}

/**
 * What others have may be in the way: views that rest on what is to be dropped, which are not dropped with it, or a sequence, a type
 * or a materialized view under the name of one of ours. The error names it.
 */
async function namingObstacles<T>(databaseName: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const obstacle = obstacleIn(error as Partial<Record<'code' | 'detail' | 'message', string>>);
    if (obstacle === undefined) throw error;
    throw new SchemaConflictError(databaseName, [obstacle]);
  }
}

function obstacleIn({ code, detail, message }: Partial<Record<'code' | 'detail' | 'message', string>>) {
  if (code === '2BP01') return detail ?? 'other objects depend on it';
  return code === '42809' ? message : undefined;
}
