import { SchemaOutdatedError, type Creator } from '@eros/domain';
import { PostgresDatabase } from './postgres/postgres-database.js';
import { SqlCreatorStore } from './sql/creator-store.js';
import { SqlRotationStore } from './sql/rotation-store.js';
import type { SqlDatabase } from './sql/sql-database.js';
import type { SqliteDriver } from './sqlite/sqlite-connection.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';
import { createTestDatabase } from './testing/test-postgres.js';

const onSqlite = (driver: SqliteDriver) => ({
  name: `SQLite by ${driver}`,
  open: async () => {
    const database = await SqliteDatabase.open({ path: ':memory:', driver });
    return { database, close: () => database.close() };
  },
});

describe.each([
  onSqlite('sqlite3'),
  onSqlite('better-sqlite3'),
  {
    name: 'PostgreSQL',
    open: async () => {
      const { url, drop } = await createTestDatabase({ isEmpty: true });
      const database = await PostgresDatabase.open({ url });
      return { database, close: () => database.close().then(drop) };
    },
  },
])('a database without our tables on $name', ({ open }) => {
  let database: SqlDatabase;
  let close: () => Promise<void>;
  beforeEach(async () => ({ database, close } = await open()));
  afterEach(() => close());

  it.each<[string, (database: SqlDatabase) => Promise<unknown>]>([
    ['a store outside a transaction', (opened) => new SqlCreatorStore(opened).find('c-1')],
    ['a store inside one', (opened) => opened.transaction((tx) => new SqlRotationStore(opened).load('c-1', tx))],
    ['a write beside transactions', ({ apart }) => apart.run('DELETE FROM creators WHERE creator_id = ?', ['c-1'])],
    ['a read of a view', (opened) => opened.on().all('SELECT * FROM v_active_rotation_states')],
  ])('is told as schema_outdated, with what to do: by %s', async (_, ask) => {
    const error: unknown = await ask(database).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SchemaOutdatedError);
    expect(error).toMatchObject({ database: expect.stringMatching(/./), cause: expect.anything() });
    expect((error as Error).message).toMatch(/lacks .*: run `eros db migrate`, or open it with migrate: 'auto'/);
  });

  const creator: Creator = {
    ...{ creatorId: 'c-1', pageName: 'a', displayName: 'A', pageType: 'paid', timeZone: 'UTC', fanCount: 1 },
    isActive: true,
  };

  it.each<[string, (database: SqlDatabase) => Promise<unknown>]>([
    ['a read', (opened) => new SqlCreatorStore(opened).find('c-1')],
    ['a read inside a transaction', (opened) => opened.transaction((tx) => new SqlCreatorStore(opened).list({}, tx))],
    ['a write', (opened) => new SqlCreatorStore(opened).save(creator, 0)],
    ['a write inside one', (opened) => opened.transaction((tx) => new SqlCreatorStore(opened).save(creator, 0, tx))],
    [
      'a write beside transactions',
      ({ apart }) => apart.run("UPDATE creators AS c SET page_name = c.page_name || 'b'"),
    ],
  ])('is told so, too, when it lacks a column of them: by %s', async (_, ask) => {
    await database.on().run('CREATE TABLE creators (creator_id TEXT PRIMARY KEY)');
    await expect(ask(database)).rejects.toMatchObject({
      code: 'schema_outdated',
      pending: [expect.stringMatching(/^column .*page_name/)],
      cause: expect.anything(),
      message: expect.stringContaining('run `eros db migrate`'),
    });
  });

  it("says of a column of a caller's statement what the database says: it may be a slip", async () => {
    await database.on().run('CREATE TABLE creators (creator_id TEXT PRIMARY KEY)');
    for (const sql of ['SELECT page_name FROM creators', "INSERT INTO creators (page_name) VALUES ('a')"]) {
      const slip = database.transaction((tx) => tx.query(sql));
      await expect(slip).rejects.toMatchObject({ code: expect.stringMatching(/^(42703|SQLITE_ERROR)$/) });
    }
  });

  it("says of a caller's own table what the database says", async () => {
    const asked = database.transaction((tx) => tx.query('SELECT * FROM orders'));
    await expect(asked).rejects.not.toHaveProperty('code', 'schema_outdated');
    await expect(asked).rejects.toThrow(/no such table: orders|relation "orders" does not exist/);
  });
});
