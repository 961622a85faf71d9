import { existsSync } from 'node:fs';
import { InvalidSettingsError, SchemaOutdatedError } from '@eros/domain';
import { describeChange, type SchemaChange, type SchemaDifference, type SchemaStatus } from './migrations/migration.js';
import { Migrator } from './migrations/migrator.js';
import { postgresSchema } from './migrations/postgres-schema.js';
import { sqliteSchema } from './migrations/sqlite-schema.js';
import { PostgresDatabase } from './postgres/postgres-database.js';
import {
  databaseNameOf,
  isMeantForPostgres,
  POSTGRES_URL_ADVICE,
  postgresUrlProblem,
  SQLITE_PATH_ADVICE,
} from './postgres/postgres-url.js';
import { declaredSchema } from './schema/declared-schema.js';
import type { SqliteDriver } from './sqlite/sqlite-connection.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';

/** The schema of one database, for those who look after it. */
export interface Migrations {
  /** The file, or host, port and database: without secrets. */
  readonly databaseName: string;
  /** What is applied and what `migrate` would do. Writes nothing: a file that is not there is not made. */
  status(): Promise<SchemaStatus>;
  /**
   * Brings the database to this program's schema, by what is missing.
   *
   * @param adopt also takes over a database that holds tables, but none of ours.
   * @returns what was done; empty when it was up to date.
   * @throws {SchemaNewerError} {SchemaConflictError} before anything is written.
   */
  migrate(options?: { adopt?: boolean }): Promise<readonly SchemaChange[]>;
  /**
   * Throws `schema_outdated`, `schema_newer` or `schema_conflict` unless the database is up to date.
   *
   * @returns where an adopted database stays different: defaults, checks and parents that its tables lack.
   */
  verify(): Promise<readonly SchemaDifference[]>;
  /** Takes back the last run; see `Migrator.down`. */
  down(options: { discardRows: boolean }): Promise<readonly SchemaChange[]>;
  close(): Promise<void>;
}

/** Which database: an SQLite file, or one of PostgreSQL, where a schema that is named is made by `migrate`. */
export type MigrationTarget = SqliteTarget | { readonly url: string; readonly schema?: string };

interface SqliteTarget {
  readonly path: string;
  readonly driver?: SqliteDriver;
  /** How long a call waits while another process writes, in ms. Default 30 s. */
  readonly lockTimeoutMs?: number;
}

interface Opened {
  readonly migrator: Migrator;
  close(): Promise<void>;
}

/**
 * Opens a database to look at its schema or to change it. Close it afterwards.
 *
 * @throws {InvalidSettingsError} for a URL that is none, and for one as the path of a file.
 * @throws {DatabaseUnavailableError} from the first call that reads the database, when it cannot be used.
 */
export async function openMigrations(
  options: MigrationTarget & { readonly clock?: { nowMs(): number } },
): Promise<Migrations> {
  const { clock = { nowMs: Date.now } } = options;
  const problem = 'url' in options ? postgresUrlProblem(options.url) : undefined;
  if (problem !== undefined) throw new InvalidSettingsError('url', problem, POSTGRES_URL_ADVICE);
  if ('path' in options && isMeantForPostgres(options.path)) {
    throw new InvalidSettingsError('path', 'the URL of a server', SQLITE_PATH_ADVICE);
  }
  const databaseName = 'path' in options ? options.path : databaseNameOf(options.url);
  const isThere = (): boolean => !('path' in options) || existsSync(options.path);
  let opening: Promise<Opened> | undefined;
  const opened = (): Promise<Opened> =>
    (opening ??= ('path' in options ? onSqlite(options, clock) : onPostgres(options)).catch((error: unknown) => {
      opening = undefined; // the next call tries again
      throw error;
    }));

  /** Looking at a file that is not there must not make it: a new database in memory looks the same. */
  const looking = async <T>(look: (migrator: Migrator) => Promise<T>): Promise<T> => {
    if (opening || isThere()) return look((await opened()).migrator);
    const empty = await onSqlite({ ...options, path: ':memory:' }, clock);
    try {
      return await look(empty.migrator);
    } finally {
      await empty.close();
    }
  };
  return {
    databaseName,
    status: () => looking((each) => each.status()),
    verify: async () => {
      if (opening || isThere()) return (await opened()).migrator.verify();
      const { pending } = await looking((each) => each.status());
      throw new SchemaOutdatedError(databaseName, pending.map(describeChange));
    },
    migrate: async ({ adopt = false } = {}) => (await opened()).migrator.migrate({ nowMs: clock.nowMs(), adopt }),
    down: async (how) => (await opened()).migrator.down(how),
    close: async () => (await opening)?.close(),
  };
}

async function onSqlite(
  { path, driver = 'sqlite3', lockTimeoutMs }: SqliteTarget,
  clock: { nowMs(): number },
): Promise<Opened> {
  const limit = lockTimeoutMs === undefined ? {} : { lockTimeoutMs };
  const database = await SqliteDatabase.open({ path, driver, clock, ...limit });
  return { migrator: new Migrator(sqliteSchema(database), declaredSchema), close: () => database.close() };
}

async function onPostgres({ url, schema }: { url: string; schema?: string }): Promise<Opened> {
  const database = await PostgresDatabase.open({ url, ...(schema === undefined ? {} : { schema }) });
  return {
    migrator: new Migrator(postgresSchema(database, { schema }), declaredSchema),
    close: () => database.close(),
  };
}
