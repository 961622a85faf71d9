import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import type { PostgresOptions } from '../postgres/postgres-pool.js';
import { postgresIndexes, postgresTable } from '../schema/postgres-ddl.js';
import { tables } from '../schema/tables/index.js';
import { postgresDialect, type PostgresDialect } from '../sql/dialect.js';

/** The server that Jest's global setup has started, or that TEST_PG_URL named before. */
export function testServerUrl(): string {
  const url = process.env.TEST_PG_URL;
  if (!url) throw new Error('bug: no PostgreSQL server: the global setup of the project starts one');
  return url;
}

/** Runs statements as the server's superuser, one after another, on a connection of their own. */
export async function asSuperuser(url: string, ...statements: string[]): Promise<pg.QueryResult[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const sql of statements) results.push(await client.query(sql));
    return results;
  } finally {
    await client.end();
  }
}

export const urlOf = (database: string): string => {
  const url = new URL(testServerUrl());
  url.pathname = `/${database}`;
  return url.href;
};

const DDL = tables.flatMap((table) => [postgresTable(table), ...postgresIndexes(table).map(({ sql }) => sql)]);
const TEMPLATE = `eros_test_template_${createHash('sha256').update(DDL.join('\n')).digest('hex').slice(0, 16)}`;

/** A database with our tables, of which others are copied: made by the first that needs it, and left for the next run. */
async function template(): Promise<string> {
  const client = new pg.Client({ connectionString: testServerUrl() });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtext('eros test template'))");
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount === 0) {
      await client.query(`CREATE DATABASE ${TEMPLATE}_new`);
      await asSuperuser(urlOf(`${TEMPLATE}_new`), ...DDL);
      await client.query(`ALTER DATABASE ${TEMPLATE}_new RENAME TO ${TEMPLATE}`);
    }
  } finally {
    await client.end();
  }
  return TEMPLATE;
}

let templated: Promise<string> | undefined;

/** A new database, with our tables unless it is to be empty, gone after `drop()`. */
export async function createTestDatabase({ isEmpty = false } = {}): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `eros_test_${randomBytes(6).toString('hex')}`;
  const source = isEmpty ? 'template1' : await (templated ??= template());
  await asSuperuser(testServerUrl(), `CREATE DATABASE ${name} TEMPLATE ${source}`);
  const drop = async () => void (await asSuperuser(testServerUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return { url: urlOf(name), drop };
}

/** The dialect of a database that goes by a test's clock. Like a server's, it does not run back. */
export function dialectBy(clock: { nowMs(): number }): PostgresDialect {
  let lastMs = 0;
  return {
    ...postgresDialect,
    nowMs: () => `CAST(${(lastMs = Math.max(lastMs, clock.nowMs()))} AS bigint)`,
  };
}

// Making and dropping a database takes far longer than most tests. What one test has used is emptied for the next.
const idle: Awaited<ReturnType<typeof createTestDatabase>>[] = [];
afterAll(async () => {
  for (const { drop } of idle.splice(0)) await drop();
});

const EMPTYING = `DO $$
DECLARE found record;
BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN (${tables.map(({ name }) => `'${name}'`).join(', ')})
  LOOP EXECUTE 'DROP TABLE ' || quote_ident(found.tablename); END LOOP;
  ${tables
    .map(({ name }) => `DELETE FROM ${name};`)
    .reverse()
    .join(' ')}
  FOR found IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
  LOOP EXECUTE 'ALTER SEQUENCE ' || quote_ident(found.sequencename) || ' RESTART'; END LOOP;
END $$`;

/** A database with our tables and no rows, opened. Its tables must stay what they are; others may be added. */
export async function openTestPostgres(
  options: Partial<PostgresOptions> & { clock?: { nowMs(): number } } = {},
): Promise<{ database: PostgresDatabase; url: string; close(): Promise<void> }> {
  const { clock, ...rest } = options;
  const made = idle.pop() ?? (await createTestDatabase());
  const { url } = made;
  const database = await PostgresDatabase.open({ url, ...rest }, clock && dialectBy(clock));
  const close = async () => {
    await database.close();
    await asSuperuser(url, EMPTYING);
    idle.push(made);
  };
  return { database, url, close };
}
