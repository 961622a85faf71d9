import { DataSource } from 'typeorm';
import { createTestDatabase } from '../testing/test-postgres.js';
import { PostgresDatabase } from './postgres-database.js';

describe('on a borrowed DataSource with settings of its own', () => {
  let made: Awaited<ReturnType<typeof createTestDatabase>>;
  const opened: DataSource[] = [];
  const borrow = async (extra: object): Promise<PostgresDatabase> => {
    const source = await new DataSource({ type: 'postgres', url: made.url, extra }).initialize();
    opened.push(source);
    return PostgresDatabase.borrow(source);
  };
  beforeAll(async () => (made = await createTestDatabase({ isEmpty: true })));
  afterEach(async () => {
    for (const source of opened.splice(0)) await source.destroy();
  });
  afterAll(() => made.drop());

  it.each(['on', 'apart'] as const)('single statements count right where each is serializable (%s)', async (where) => {
    const options = '-c default_transaction_isolation=serializable';
    const databases = await Promise.all([borrow({ options }), borrow({ options })]);
    await databases[0].on().run('CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, n INTEGER)');
    await databases[0].on().run('INSERT INTO counts VALUES (?, 0)', [where]);
    const add = (database: PostgresDatabase) =>
      (where === 'on' ? database.on() : database.apart).run('UPDATE counts SET n = n + 1 WHERE name = ?', [where]);
    await Promise.all(databases.flatMap((database) => Array.from({ length: 20 }, () => add(database))));
    const counted = await databases[0].on().all('SELECT n FROM counts WHERE name = ?', [where]);
    expect(counted).toEqual([{ n: 40 }]);
    for (const database of databases) await database.close();
  });

  it('a schema that is set on connections of the pool alone is refused, with what to do instead', async () => {
    const database = await borrow({ max: 1 });
    await database.assertOneSchema();
    await database.on().run('CREATE SCHEMA app');
    await database.on().run('SET search_path = app');
    await expect(database.assertOneSchema()).rejects.toMatchObject({
      code: 'unsupported_database',
      message: expect.stringContaining("options: '-c search_path=app'"),
    });
    await database.close();
  });

  it('it is told by the host, port and database that its pool goes to', async () => {
    const { host, pathname } = new URL(made.url);
    const replication = { master: { url: made.url }, slaves: [{ url: made.url }] };
    const sources = [
      new DataSource({ type: 'postgres', replication }),
      new DataSource({ type: 'postgres', host: 'nowhere.invalid', extra: { connectionString: made.url } }),
    ];
    for (const source of sources) {
      opened.push(await source.initialize());
      expect(PostgresDatabase.borrow(source).name).toBe(`${host}${pathname}`);
    }
  });

  it('statements of a transaction that may be long outlast its limits, and those of the next one do not', async () => {
    const database = await borrow({ max: 1, query_timeout: 200, statement_timeout: 100 });
    const nap = () => database.transaction((tx) => tx.query('SELECT pg_sleep(0.4)'));
    await database.transaction((tx) => tx.query('SELECT pg_sleep(0.4)'), { hasLongStatements: true });
    await expect(nap()).rejects.toMatchObject({ code: 'database_unavailable', fault: 'statement_timeout' });
    await database.close();
  });
});
