import { declaredSchema, Migrator, SqliteDatabase, sqliteSchema } from '@eros/adapters';
import { UnsupportedDatabaseError } from '@eros/domain';
import type { DatabaseOption, ErosOptions } from './options.js';

/** The engine's database, and what is known of its schema. */
export interface EngineDatabase {
  readonly database: SqliteDatabase;
  readonly migrator: Migrator;
}

/** Opens the database and sees to its schema, as the options say. Nothing stays open when it throws. */
export async function openEngineDatabase(options: ErosOptions): Promise<EngineDatabase> {
  const option = options.database ?? { type: 'sqlite', path: './eros.db' };
  const migrate = options.migrate ?? (option.type === 'sqlite' ? 'auto' : 'verify');
  const database = await SqliteDatabase.open(sqliteOptionOf(option));
  const migrator = new Migrator(sqliteSchema(database), declaredSchema);
  try {
    if (migrate === 'auto') await migrator.migrate({ nowMs: (options.clock ?? { nowMs: Date.now }).nowMs() });
    if (migrate === 'verify') await migrator.verify();
    return { database, migrator };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What SQLite is to be opened with. Throws `unsupported_database` for any other database. */
function sqliteOptionOf(option: DatabaseOption) {
  switch (option.type) {
    case 'sqlite': {
      const { path, driver, lockTimeoutMs } = option;
      return { path, ...(driver ? { driver } : {}), ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }) };
    }
    case 'existing': {
      const { type, database } = option.dataSource.options;
      if ((type !== 'sqlite' && type !== 'better-sqlite3') || typeof database !== 'string') {
        throw new UnsupportedDatabaseError(
          `a DataSource of type ${type}: this release keeps its data in SQLite (sqlite or better-sqlite3)`,
        );
      }
      if (database === '' || /:memory:|[?&]mode=memory/.test(database)) {
        throw new UnsupportedDatabaseError(
          'a borrowed :memory: database cannot be shared: use a file, or let the engine open ":memory:" itself',
        );
      }
      return { path: database, driver: type === 'sqlite' ? ('sqlite3' as const) : type };
    }
    case 'postgres':
      throw new UnsupportedDatabaseError(
        'this release keeps its data in SQLite: give { type: "sqlite", path: "./eros.db" }',
      );
    default:
      throw new UnsupportedDatabaseError(
        `database.type ${JSON.stringify((option as { type: unknown }).type)}: give sqlite or existing`,
      );
  }
}
