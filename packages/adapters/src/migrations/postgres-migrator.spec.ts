import { SchemaConflictError, SchemaNewerError, SchemaOutdatedError } from '@eros/domain';
import { DataSource } from 'typeorm';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { declaredSchema } from '../schema/declared-schema.js';
import type { Table } from '../schema/table.js';
import { asSuperuser, createTestDatabase } from '../testing/test-postgres.js';
import { postgresImageOf } from '../testing/postgres-image.js';
import type { DeclaredSchema } from './migration.js';
import { Migrator } from './migrator.js';
import { postgresSchema } from './postgres-schema.js';

const nowMs = Date.UTC(2026, 10, 22);

const shelves: Table = {
  name: 'shelves',
  columns: [
    { name: 'shelf_id', type: 'integer', key: 'identity' },
    { name: 'room', type: 'text', notNull: true, unique: true },
  ],
};
const books: Table = {
  name: 'books',
  columns: [
    { name: 'isbn', type: 'text', key: 'key' },
    { name: 'title', type: 'text', notNull: true },
    { name: 'shelf_id', type: 'integer', references: { table: 'shelves', column: 'shelf_id', onDelete: 'CASCADE' } },
    { name: 'lent', type: 'flag', default: 0, check: 'lent IN (0, 1)' },
    { name: 'bought_at', type: 'instant' },
  ],
  uniques: [['title', 'shelf_id']],
  indexes: [{ name: 'uq_books_title', columns: 'title', unique: true, where: 'lent = 1' }],
};
const titles = { name: 'v_titles', sqlite: 'SELECT title FROM books', postgres: 'SELECT title FROM books' };
const library: DeclaredSchema = { version: 3, tables: [shelves, books], views: [titles], translations: [] };

const BOOKS = 'CREATE TABLE books (isbn text PRIMARY KEY, title text NOT NULL, shelf_id bigint, lent smallint)';

describe('migrating on PostgreSQL', () => {
  let created: Awaited<ReturnType<typeof createTestDatabase>>;
  let count = 0;
  /** Each test has a schema of its own. */
  const own = () => `test_${count}`;
  const opened: PostgresDatabase[] = [];
  const open = async (declared: DeclaredSchema = declaredSchema, schema = own()) => {
    const database = await PostgresDatabase.open({ url: created.url, schema });
    opened.push(database);
    return { database, migrator: new Migrator(postgresSchema(database, { schema }), declared) };
  };
  /** Makes tables as another program would. */
  const make = async (sql: string) => {
    const { database } = await open();
    for (const statement of sql.split(';')) await database.on().all(statement);
    return postgresImageOf(database.on());
  };
  beforeAll(async () => (created = await createTestDatabase({ isEmpty: true })));
  beforeEach(async () => {
    count += 1;
    const { database } = await open();
    await database.on().all(`CREATE SCHEMA ${own()}`);
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });
  afterAll(() => created.drop());

  it('makes everything in a new database, and nothing the second time', async () => {
    const { migrator, database } = await open();
    const { pending, databaseVersion, applied, isForeign } = await migrator.status();
    expect({ databaseVersion, applied, isForeign }).toEqual({ databaseVersion: 0, applied: [], isForeign: false });
    expect(await migrator.migrate({ nowMs })).toEqual(pending);
    expect(await migrator.verify()).toEqual([]);
    const image = await postgresImageOf(database.on());
    expect(await migrator.migrate({ nowMs: nowMs + 1 })).toEqual([]);
    expect(await postgresImageOf(database.on())).toEqual(image);
    expect(await migrator.status()).toMatchObject({
      databaseVersion: declaredSchema.version,
      pending: [],
      conflicts: [],
      applied: [{ version: declaredSchema.version, appliedAtMs: nowMs, changes: pending }],
    });
  });

  it('makes the schema that it is told of, and leaves others alone', async () => {
    const { migrator, database } = await open(library, 'agency');
    expect((await migrator.status()).pending).toHaveLength(4);
    await migrator.migrate({ nowMs });
    expect(
      await database
        .on()
        .all(
          'SELECT table_schema AS name, count(*) AS count FROM information_schema.tables WHERE table_schema IN (?, ?) GROUP BY 1',
          ['agency', own()],
        ),
    ).toEqual([{ name: 'agency', count: 4 }]);
    const { migrator: beside } = await open(library);
    expect((await beside.status()).pending).toHaveLength(4);
  });

  it('needs no right to make schemas where the schema is there already', async () => {
    const role = `eros_test_guest_${process.pid}`;
    await asSuperuser(created.url, `CREATE ROLE ${role} LOGIN`, `CREATE SCHEMA made_for_it AUTHORIZATION ${role}`);
    const url = new URL(created.url);
    url.username = role;
    const database = await PostgresDatabase.open({ url: url.href, schema: 'made_for_it' });
    try {
      const migrator = new Migrator(postgresSchema(database, { schema: 'made_for_it' }), library);
      await migrator.migrate({ nowMs });
      expect((await migrator.status()).pending).toEqual([]);
    } finally {
      await database.close();
      await asSuperuser(created.url, `DROP OWNED BY ${role} CASCADE`, `DROP ROLE ${role}`);
    }
  });

  it('waits for another run for longer than a statement may take', async () => {
    const extra = { query_timeout: 300, statement_timeout: 200 };
    const source = await new DataSource({ type: 'postgres', url: created.url, extra }).initialize();
    const { database: other } = await open();
    const database = PostgresDatabase.borrow(source);
    try {
      const migrator = new Migrator(postgresSchema(database), library);
      await postgresSchema(other)
        .change(async (session) => {
          const migrating = migrator.migrate({ nowMs });
          await session.all('SELECT pg_sleep(0.6)');
          void migrating.catch(() => undefined); // looked at below, when this run has ended
          return { migrating };
        })
        .then(({ migrating }) => migrating);
      expect((await migrator.status()).pending).toEqual([]);
      await migrator.down({ discardRows: false });
    } finally {
      await database.close();
      await source.destroy();
    }
  });

  it.each([
    ['a sequence', 'CREATE SEQUENCE shelves'],
    ['a type', 'CREATE TYPE shelves AS (a int)'],
    ['a materialized view', 'CREATE MATERIALIZED VIEW v_titles AS SELECT 1 AS title'],
  ])('refuses %s under a name of ours, and names it', async (_, sql) => {
    await make(sql);
    const { migrator } = await open(library);
    const conflicts = [expect.stringMatching(/"(shelves|v_titles)"/)];
    await expect(migrator.migrate({ nowMs })).rejects.toMatchObject({ code: 'schema_conflict', conflicts });
  });

  it('leaves nothing of a run that fails in its middle', async () => {
    const fail = { table: 'creators', name: 'fail', count: async () => 0 };
    const failing = { ...fail, apply: async () => Promise.reject(new Error('power cut')) };
    const { migrator, database } = await open({ ...declaredSchema, translations: [failing] });
    await expect(migrator.migrate({ nowMs })).rejects.toThrow('power cut');
    expect(await postgresImageOf(database.on())).toEqual({ relations: [], columns: [], rows: {} });
    const { migrator: next } = await open();
    expect(await next.migrate({ nowMs })).not.toEqual([]);
  });

  it('adds what a later version declares, and takes back run by run', async () => {
    const { migrator, database } = await open({ ...library, version: 1, tables: [shelves], views: [] });
    const session = database.on();
    const empty = await postgresImageOf(session);
    await migrator.migrate({ nowMs });
    const first = await postgresImageOf(session);
    const { migrator: later } = await open(library);
    expect(await later.status()).toMatchObject({ databaseVersion: 1, programVersion: 3 });
    await expect(later.verify()).rejects.toBeInstanceOf(SchemaOutdatedError);
    await later.migrate({ nowMs: nowMs + 1 });
    await session.run("INSERT INTO shelves (room) VALUES ('red')");
    await session.run("INSERT INTO books (isbn, title, shelf_id) VALUES ('1', 'A', 1)");
    const filled = await postgresImageOf(session);
    await expect(later.down({ discardRows: false })).rejects.toMatchObject({
      code: 'schema_conflict',
      conflicts: [expect.stringContaining('table books holds rows')],
    });
    expect(await postgresImageOf(session)).toEqual(filled);
    await later.down({ discardRows: true });
    expect(await postgresImageOf(session)).toEqual({
      ...first,
      rows: { ...first.rows, shelves: filled.rows['shelves'] },
    });
    await later.down({ discardRows: true });
    expect(await postgresImageOf(session)).toEqual(empty);
  });

  it('does not lose the values of a column that it would take back', async () => {
    const before = await make(
      "CREATE TABLE shelves (shelf_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room text NOT NULL UNIQUE); INSERT INTO shelves (room) VALUES ('red')",
    );
    const columns = [
      ...shelves.columns,
      { name: 'colour', type: 'text', default: 'white', added: true },
      { name: 'painted_at', type: 'instant', default: { now: true }, added: true },
    ] as const;
    const { database, migrator } = await open({ ...library, tables: [{ ...shelves, columns }], views: [] });
    await migrator.migrate({ nowMs });
    // What was there before was not painted just now.
    expect(await database.on().all('SELECT colour, painted_at FROM shelves')).toEqual([
      { colour: 'white', painted_at: null },
    ]);
    await database.on().run("UPDATE shelves SET colour = 'blue'");
    await expect(migrator.down({ discardRows: false })).rejects.toThrow('column shelves.colour holds values');
    await migrator.down({ discardRows: true });
    expect(await postgresImageOf(database.on())).toEqual(before);
  });

  it('refuses a database that a newer program wrote', async () => {
    const { migrator, database } = await open({ ...declaredSchema, version: declaredSchema.version + 7 });
    await migrator.migrate({ nowMs });
    const image = await postgresImageOf(database.on());
    const { migrator: ours } = await open();
    for (const attempt of [
      () => ours.migrate({ nowMs }),
      () => ours.verify(),
      () => ours.down({ discardRows: true }),
    ]) {
      await expect(attempt()).rejects.toBeInstanceOf(SchemaNewerError);
    }
    expect(await postgresImageOf(database.on())).toEqual(image);
  });

  it("refuses another program's tables unless asked to live beside them, and leaves them as they are", async () => {
    const before = await make(
      "CREATE TABLE invoices (id int PRIMARY KEY, text text); INSERT INTO invoices VALUES (1, 'a')",
    );
    const { migrator, database } = await open();
    expect((await migrator.status()).isForeign).toBe(true);
    await expect(migrator.migrate({ nowMs })).rejects.toThrow('another program');
    expect(await postgresImageOf(database.on())).toEqual(before);
    await migrator.migrate({ nowMs, adopt: true });
    expect((await migrator.status()).isForeign).toBe(false);
    await migrator.down({ discardRows: false });
    expect(await postgresImageOf(database.on())).toEqual(before);
  });

  it.each<[string, string, string[]]>([
    [
      'a view under the name of a table',
      'CREATE TABLE t (a int); CREATE VIEW books AS SELECT a FROM t',
      ['books is a view, not a table'],
    ],
    ['a table under the name of a view', 'CREATE TABLE v_titles (a int)', ['v_titles is a table, not a view']],
    [
      'no key and no required column',
      'CREATE TABLE books (number text)',
      ['table books has no column isbn', 'table books has no column title'],
    ],
    [
      'keys that are none',
      'CREATE TABLE books (isbn text, title text NOT NULL, shelf_id bigint, lent smallint, UNIQUE (title, shelf_id))',
      ['table books does not keep (isbn) unique'],
    ],
    ['a missing unique pair', BOOKS, ['table books does not keep (title, shelf_id) unique']],
    [
      'a key that is checked only at the end of a transaction',
      `${BOOKS}; ALTER TABLE books ADD UNIQUE (title, shelf_id) DEFERRABLE`,
      ['table books does not keep (title, shelf_id) unique'],
    ],
    [
      'an identity without numbers, and so no key for its children',
      'CREATE TABLE shelves (shelf_id bigint, room text NOT NULL UNIQUE)',
      [
        'shelves.shelf_id does not number new rows: it is no generated key',
        'shelves.shelf_id is no key, but books.shelf_id refers to it',
      ],
    ],
    [
      'types that do not hold what is written',
      'CREATE TABLE books (isbn uuid PRIMARY KEY, title text NOT NULL, shelf_id bigint, lent boolean, bought_at timestamp, UNIQUE (title, shelf_id))',
      [
        'books.isbn is uuid, which does not hold our text',
        'books.lent is boolean, which does not hold our smallint',
        'books.bought_at is timestamp without time zone, which does not hold our timestamp with time zone',
      ],
    ],
    [
      'a unique index that is another one',
      `CREATE TABLE shelves (shelf_id serial PRIMARY KEY, room varchar(40) NOT NULL UNIQUE); ${BOOKS}; ALTER TABLE books ADD UNIQUE (title, shelf_id); CREATE UNIQUE INDEX uq_books_title ON books (title)`,
      ['index uq_books_title is another one than ours: rename it'],
    ],
  ])('names %s, and touches nothing', async (_what, sql, conflicts) => {
    const before = await make(`CREATE TABLE eros_notes (a int); ${sql}`);
    const { database, migrator } = await open(library);
    expect((await migrator.status()).conflicts).toEqual(conflicts);
    await expect(migrator.migrate({ nowMs, adopt: true })).rejects.toMatchObject({
      code: 'schema_conflict',
      database: database.name,
      conflicts,
    });
    await expect(migrator.verify()).rejects.toBeInstanceOf(SchemaConflictError);
    expect(await postgresImageOf(database.on())).toEqual(before);
  });

  it('adopts tables that are there, and tells where they stay different', async () => {
    await make(`CREATE TABLE shelves (shelf_id serial PRIMARY KEY, room varchar(40) NOT NULL UNIQUE, owner text NOT NULL);
      CREATE TABLE books (isbn text PRIMARY KEY, title text, shelf_id bigint, lent integer DEFAULT 1 CHECK (lent BETWEEN 0 AND 9),
        UNIQUE (shelf_id, title));
      CREATE UNIQUE INDEX uq_books_title ON books USING btree (title) WHERE (lent = 1)`);
    const { migrator } = await open(library);
    const done = await migrator.migrate({ nowMs });
    expect(done.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['add_column bought_at', 'create_view v_titles']);
    expect((await migrator.verify()).map(({ where, declared, found }) => [where, declared, found])).toEqual([
      ['shelves.shelf_id', 'bigint', 'integer'],
      ['shelves.shelf_id', 'no default', expect.stringContaining('nextval')],
      ['shelves.room', 'text', 'character varying(40)'],
      ['shelves.owner', 'no such column, so rows that we add are refused', 'NOT NULL without a default'],
      ['books.title', 'NOT NULL', 'nullable'],
      ['books.shelf_id', 'REFERENCES shelves(shelf_id)', 'no parent'],
      ['books.lent', 'smallint', 'integer'],
      ['books.lent', 'DEFAULT 0', 'DEFAULT 1'],
      ['books.lent', 'CHECK (lent = any array 0 , 1)', 'CHECK (lent > = 0 and lent < = 9)'],
    ]);
  });

  it('knows a name in capitals for another one than ours', async () => {
    await make('CREATE TABLE "Books" (a int); CREATE TABLE shelves (shelf_id serial PRIMARY KEY, "ROOM" text)');
    const { migrator } = await open(library);
    expect((await migrator.status()).conflicts).toEqual(['table shelves has no column room']);
    expect((await migrator.status()).pending.map(({ name }) => name)).toContain('books');
  });

  it('replaces a view of another shape, gives it back, and sees when ours is changed', async () => {
    const { migrator, database } = await open({ ...library, views: [] });
    await migrator.migrate({ nowMs });
    await database.on().all('CREATE VIEW v_titles AS SELECT isbn FROM books');
    const theirs = await postgresImageOf(database.on());
    const { migrator: ours } = await open(library);
    expect(await ours.migrate({ nowMs })).toMatchObject([{ kind: 'create_view', replaced: expect.anything() }]);
    expect((await ours.status()).pending).toEqual([]);
    const lower = { ...titles, postgres: 'SELECT lower(title) AS title FROM books' };
    const { migrator: later } = await open({ ...library, version: 4, views: [lower] });
    expect(await later.migrate({ nowMs })).toMatchObject([{ kind: 'create_view', name: 'v_titles' }]);
    await later.down({ discardRows: false });
    expect((await ours.status()).pending).toEqual([]);
    await ours.down({ discardRows: false });
    const { columns, relations } = await postgresImageOf(database.on());
    expect({ columns, relations }).toEqual({ columns: theirs.columns, relations: theirs.relations });
  });

  it('drops nothing of a schema further along the search_path in place of what is gone from its own', async () => {
    const behind = await open(library, `${own()}_behind`);
    await behind.migrator.migrate({ nowMs });
    await behind.database.on().run("INSERT INTO shelves (room) VALUES ('attic')");
    const options = `-c search_path=${own()},${own()}_behind`;
    const source = await new DataSource({ type: 'postgres', url: created.url, extra: { options } }).initialize();
    const database = PostgresDatabase.borrow(source);
    try {
      const migrator = new Migrator(postgresSchema(database), library);
      await migrator.migrate({ nowMs });
      await database.on().run(`DROP TABLE ${own()}.books CASCADE`);
      await database.on().run(`DROP TABLE ${own()}.shelves`);
      await migrator.down({ discardRows: false });
    } finally {
      await database.close();
      await source.destroy();
    }
    expect((await behind.migrator.status()).pending).toEqual([]);
  });

  it('does not drop what others have built on ours, and names it', async () => {
    const { migrator, database } = await open(library);
    await migrator.migrate({ nowMs });
    await database.on().all('CREATE VIEW mine AS SELECT title FROM v_titles');
    await expect(migrator.down({ discardRows: true })).rejects.toMatchObject({
      code: 'schema_conflict',
      conflicts: [expect.stringContaining('view mine depends on view v_titles')],
    });
    expect((await migrator.status()).pending).toEqual([]);
  });
});
