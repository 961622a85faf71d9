import {
  declaredSchema,
  Migrator,
  PostgresDatabase,
  postgresSchema,
  SqliteDatabase,
  sqliteSchema,
  type SqlDatabase,
} from '@eros/adapters';
import { unreachable, UnsupportedDatabaseError, type Transaction } from '@eros/domain';
import type { DataSource, EntityManager } from 'typeorm';
import type { DatabaseOption, ErosOptions } from './options.js';

/** The engine's database, whichever it is, and what is known of its schema. */
export interface EngineDatabase {
  /** The file, or host, port and database: without secrets. */
  readonly name: string;
  readonly database: SqlDatabase;
  readonly migrator: Migrator;
  /** @throws {UnsupportedDatabaseError} where the engine does not work on the caller's own connections. */
  joinTransaction(manager: EntityManager): Transaction;
}

/** Opens the database and sees to its schema, as the options say. Nothing stays open when it throws. */
export async function openEngineDatabase(options: ErosOptions): Promise<EngineDatabase> {
  const option = options.database ?? { type: 'sqlite', path: './eros.db' };
  const migrate = options.migrate ?? (option.type === 'sqlite' ? 'auto' : 'verify');
  const opened = await openDatabase(option);
  const { database, migrator } = opened;
  try {
    if (migrate === 'auto') await migrator.migrate({ nowMs: (options.clock ?? { nowMs: Date.now }).nowMs() });
    if (migrate === 'verify') await migrator.verify();
    return opened;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase(option: DatabaseOption): Promise<EngineDatabase> {
  switch (option.type) {
    case 'sqlite': {
      const { path, driver, lockTimeoutMs } = option;
      const given = { path, ...(driver ? { driver } : {}), ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }) };
      return onSqlite(await SqliteDatabase.open(given));
    }
    case 'postgres': {
      const { url, schema, poolSize, statementTimeoutMs } = option;
      const database = await PostgresDatabase.open({
        url,
        ...(schema === undefined ? {} : { schema }),
        ...(poolSize === undefined ? {} : { poolSize }),
        ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
      });
      return onPostgres(database, schema, () => {
        throw new UnsupportedDatabaseError(
          'the engine has a pool of its own, which cannot join yours: open it on your DataSource (type: "existing"), or use eros.transaction',
        );
      });
    }
    case 'existing':
      return borrow(option.dataSource);
    default:
      return unreachable(option);
  }
}

const onSqlite = (database: SqliteDatabase): EngineDatabase => ({
  name: database.path,
  database,
  migrator: new Migrator(sqliteSchema(database), declaredSchema),
  joinTransaction: () => {
    throw new UnsupportedDatabaseError(
      'the engine has connections of its own to an SQLite file, which cannot join yours: use eros.transaction instead',
    );
  },
});

const onPostgres = (
  database: PostgresDatabase,
  schema: string | undefined,
  joinTransaction: EngineDatabase['joinTransaction'],
): EngineDatabase => ({
  name: database.name,
  database,
  migrator: new Migrator(postgresSchema(database, { schema }), declaredSchema),
  joinTransaction,
});

/** On PostgreSQL by the connections of the DataSource itself; on SQLite by connections of our own to the same file. */
async function borrow(dataSource: DataSource): Promise<EngineDatabase> {
  const { type, database } = dataSource.options;
  if (type === 'postgres') {
    const borrowed = PostgresDatabase.borrow(dataSource);
    await borrowed.assertOneSchema().catch(async (error: unknown) => {
      await borrowed.close();
      throw error;
    });
    return onPostgres(borrowed, undefined, (manager) => borrowed.joinTransaction(manager));
  }
  if ((type !== 'sqlite' && type !== 'better-sqlite3') || typeof database !== 'string') {
    throw new UnsupportedDatabaseError(
      `a DataSource of type ${type}: the engine keeps its data in SQLite (sqlite or better-sqlite3) or PostgreSQL (postgres)`,
    );
  }
  if (database === '' || /:memory:|[?&]mode=memory/.test(database)) {
    throw new UnsupportedDatabaseError(
      'a borrowed :memory: database cannot be shared: use a file, or let the engine open ":memory:" itself',
    );
  }
  return onSqlite(await SqliteDatabase.open({ path: database, driver: type === 'sqlite' ? 'sqlite3' : type }));
}
