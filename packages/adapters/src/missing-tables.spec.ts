import { SchemaOutdatedError } from '@eros/domain';
import { PostgresDatabase } from './postgres/postgres-database.js';
import { SqlCreatorStore } from './sql/creator-store.js';
import { SqlRotationStore } from './sql/rotation-store.js';
import type { SqlDatabase } from './sql/sql-database.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';
import { createTestDatabase } from './testing/test-postgres.js';

describe.each([
  {
    name: 'SQLite',
    open: async () => {
      const database = await SqliteDatabase.open({ path: ':memory:' });
      return { database, close: () => database.close() };
    },
  },
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

  it("says of a caller's own table what the database says", async () => {
    const asked = database.transaction((tx) => tx.query('SELECT * FROM orders'));
    await expect(asked).rejects.not.toHaveProperty('code', 'schema_outdated');
    await expect(asked).rejects.toThrow(/no such table: orders|relation "orders" does not exist/);
  });
});

it('tells of a column that an older schema lacks on PostgreSQL, where that can be told from a slip of a caller', async () => {
  const { url, drop } = await createTestDatabase();
  const database = await PostgresDatabase.open({ url });
  try {
    await database.on().run('ALTER TABLE creators DROP COLUMN page_name CASCADE');
    await expect(new SqlCreatorStore(database).find('c-1')).rejects.toMatchObject({
      code: 'schema_outdated',
      pending: [expect.stringContaining('page_name')],
    });
    const slip = database.transaction((tx) => tx.query('SELECT page_name FROM creators'));
    await expect(slip).rejects.toMatchObject({ code: '42703' });
  } finally {
    await database.close();
    await drop();
  }
});
