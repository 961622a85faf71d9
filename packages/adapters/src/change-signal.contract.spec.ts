import { changeSignalContract } from '@eros/domain/contracts';
import { MemoryDatabase } from './memory/memory-database.js';
import { PostgresDatabase } from './postgres/postgres-database.js';
import type { SqlDatabase } from './sql/sql-database.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';
import { openTestSqlite } from './testing/each-database.js';
import { openTestPostgres } from './testing/test-postgres.js';

/** Two databases of one kind on the same rows, as two processes have them. */
const both = (first: SqlDatabase, second: SqlDatabase, close: () => Promise<void>) => ({
  unitOfWork: first,
  here: first.changes,
  there: second.changes,
  write: async (tx: Parameters<SqlDatabase['on']>[0]) =>
    void (await first.on(tx).run(
      `INSERT INTO circuit_breaker_state (name, failure_count) VALUES ('a', 1)
       ON CONFLICT (name) DO UPDATE SET failure_count = circuit_breaker_state.failure_count + 1`,
    )),
  close,
});

describe('in memory', () =>
  changeSignalContract(async () => {
    const database = new MemoryDatabase();
    return {
      unitOfWork: database,
      here: database.changes,
      there: database.changes,
      write: async (tx) => void database.on(tx).table('notes').set('a', {}),
      close: () => database.close(),
    };
  }));

describe.each(['sqlite3', 'better-sqlite3'] as const)('on SQLite by %s', (driver) => {
  changeSignalContract(async () => {
    const { database, path, close } = await openTestSqlite({ driver });
    const second = await SqliteDatabase.open({ path, driver });
    return both(database, second, async () => {
      await second.close();
      await close();
    });
  });
});

describe('on SQLite in memory', () =>
  changeSignalContract(async () => {
    const { database, close } = await openTestSqlite({ driver: 'better-sqlite3', path: ':memory:' });
    return both(database, database, close);
  }));

describe('on PostgreSQL', () =>
  changeSignalContract(async () => {
    const { database, url, close } = await openTestPostgres();
    const second = await PostgresDatabase.open({ url });
    return both(database, second, async () => {
      await second.close();
      await close();
    });
  }));
