import { DataSource, QueryFailedError } from 'typeorm';
import { statementsOf, type SqliteStatements } from './sqlite-statements.js';

describe.each(['sqlite3', 'better-sqlite3'] as const)('the statements of a connection, by %s', (driver) => {
  let source: DataSource;
  let statements: SqliteStatements;
  /** The texts that were compiled. */
  let prepared: string[];

  beforeEach(async () => {
    const type = driver === 'sqlite3' ? 'sqlite' : driver;
    source = await new DataSource({ type, database: ':memory:', entities: [] }).initialize();
    const connection: { prepare(...args: unknown[]): unknown } = await source.createQueryRunner().connect();
    prepared = [];
    const prepare = connection.prepare.bind(connection);
    connection.prepare = (...args: unknown[]) => {
      prepared.push(String(args[0]));
      return prepare(...args);
    };
    statements = await statementsOf(source, driver);
    await statements.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)', []);
  });
  afterEach(async () => {
    await statements.close();
    await source.destroy(); // refused by the driver while a statement is open
  });

  const insert = (text: string | null) => statements.run('INSERT INTO notes (text) VALUES (?)', [text]);
  const texts = () => statements.all('SELECT text FROM notes ORDER BY id', []);
  const timesPrepared = (part: string) => prepared.filter((sql) => sql.includes(part)).length;

  it('are compiled once, and each run has its own parameters', async () => {
    expect(await insert('a')).toEqual({ affected: 1 });
    expect(await insert('b')).toEqual({ affected: 1 });
    expect(await texts()).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(await texts()).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect([timesPrepared('INSERT'), timesPrepared('SELECT')]).toEqual([1, 1]);
  });

  it('give the rows of any text, also of a write and of one that gives none', async () => {
    expect(await statements.all("INSERT INTO notes (text) VALUES ('a') RETURNING id", [])).toEqual([{ id: 1 }]);
    expect(await statements.all("UPDATE notes SET text = 'b'", [])).toEqual([]);
    expect(await texts()).toEqual([{ text: 'b' }]);
  });

  it('see columns that were added after they were compiled', async () => {
    await insert('a');
    const all = () => statements.all('SELECT * FROM notes', []);
    expect(await all()).toEqual([{ id: 1, text: 'a' }]);
    await statements.run("ALTER TABLE notes ADD COLUMN more TEXT DEFAULT 'new'", []);
    expect(await all()).toEqual([{ id: 1, text: 'a', more: 'new' }]);
  });

  it('tell a failure with the statement and its parameters, and work again afterwards', async () => {
    const failure = await insert(null).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(QueryFailedError);
    expect(failure).toMatchObject({ query: 'INSERT INTO notes (text) VALUES (?)', parameters: [null] });
    await expect(statements.all('SELECT no FROM notes', [])).rejects.toThrow(/no such column/);

    await insert('a');
    expect(await texts()).toEqual([{ text: 'a' }]);
    expect(timesPrepared('INSERT')).toBe(2); // the one that failed was dropped
  });

  it('are not kept without end', async () => {
    for (let size = 1; size <= 250; size += 1) await statements.all(`SELECT ${size} AS size`, []);
    await statements.all('SELECT 250 AS size', []);
    await statements.all('SELECT 1 AS size', []);
    expect([timesPrepared('SELECT 250 '), timesPrepared('SELECT 1 ')]).toEqual([1, 2]);
  });
});
