import { existsSync } from 'node:fs';
import { SchemaOutdatedError } from '@eros/domain';
import { describeChange, type SchemaChange, type SchemaDifference, type SchemaStatus } from './migrations/migration.js';
import { Migrator } from './migrations/migrator.js';
import { sqliteSchema } from './migrations/sqlite-schema.js';
import { declaredSchema } from './schema/declared-schema.js';
import type { SqliteDriver } from './sqlite/sqlite-connection.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';

/** The schema of one database file, for those who look after it. */
export interface Migrations {
  /** The file. */
  readonly databasePath: string;
  /** What is applied and what `migrate` would do. Writes nothing: a file that is not there is not made. */
  status(): Promise<SchemaStatus>;
  /**
   * Brings the file to this program's schema, by what is missing.
   *
   * @param adopt also takes over a file that holds tables, but none of ours.
   * @returns what was done; empty when it was up to date.
   * @throws {SchemaNewerError} {SchemaConflictError} before anything is written.
   */
  migrate(options?: { adopt?: boolean }): Promise<readonly SchemaChange[]>;
  /**
   * Throws `schema_outdated`, `schema_newer` or `schema_conflict` unless the file is up to date.
   *
   * @returns where an adopted file stays different: defaults, checks and parents that its tables lack.
   */
  verify(): Promise<readonly SchemaDifference[]>;
  /** Takes back the last run; see `Migrator.down`. */
  down(options: { discardRows: boolean }): Promise<readonly SchemaChange[]>;
  close(): Promise<void>;
}

/**
 * Opens a database file to look at its schema or to change it. Close it afterwards.
 *
 * @throws {DatabaseUnavailableError} from the first call that reads the file, when it cannot be used.
 */
export async function openMigrations(options: {
  path: string;
  driver?: SqliteDriver;
  clock?: { nowMs(): number };
}): Promise<Migrations> {
  const { path, driver = 'sqlite3', clock = { nowMs: Date.now } } = options;
  const open = (file: string) => SqliteDatabase.open({ path: file, driver, clock });
  let opened: Promise<SqliteDatabase> | undefined;
  const forget = (error: unknown): never => {
    opened = undefined; // the next call tries again
    throw error;
  };
  const migrator = async () => new Migrator(sqliteSchema(await (opened ??= open(path).catch(forget))), declaredSchema);

  /** Looking at a file that is not there must not make it: a new database in memory looks the same. */
  const looking = async <T>(look: (migrator: Migrator) => Promise<T>): Promise<T> => {
    if (opened || existsSync(path)) return look(await migrator());
    const empty = await open(':memory:');
    try {
      return await look(new Migrator(sqliteSchema(empty), declaredSchema));
    } finally {
      await empty.close();
    }
  };
  return {
    databasePath: path,
    status: () => looking((each) => each.status()),
    verify: async () => {
      if (opened || existsSync(path)) return (await migrator()).verify();
      const { pending } = await looking((each) => each.status());
      throw new SchemaOutdatedError(path, pending.map(describeChange));
    },
    migrate: async ({ adopt = false } = {}) => (await migrator()).migrate({ nowMs: clock.nowMs(), adopt }),
    down: async (how) => (await migrator()).down(how),
    close: async () => (await opened)?.close(),
  };
}
