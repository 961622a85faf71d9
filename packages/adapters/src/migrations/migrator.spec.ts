import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { isErosError, SchemaConflictError, SchemaNewerError, SchemaOutdatedError } from '@eros/domain';
import { declaredSchema } from '../schema/declared-schema.js';
import type { Table } from '../schema/table.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { imageOf } from '../testing/database-image.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import type { DeclaredSchema } from './migration.js';
import { Migrator } from './migrator.js';
import { sqliteSchema } from './sqlite-schema.js';

const nowMs = Date.UTC(2026, 10, 22);
const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

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
  ],
  uniques: [['title', 'shelf_id']],
  indexes: [{ name: 'uq_books_title', columns: 'title', unique: true }],
};
const library: DeclaredSchema = {
  version: 3,
  tables: [shelves, books],
  views: [{ name: 'v_titles', sqlite: 'SELECT title FROM books', postgres: 'SELECT title FROM books' }],
  translations: [],
};

describe.each(['sqlite3', 'better-sqlite3'] as const)('migrating by %s', (driver) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  const opened: SqliteDatabase[] = [];
  const open = async (declared: DeclaredSchema = declaredSchema) => {
    const database = await SqliteDatabase.open({ path: file, driver });
    opened.push(database);
    return { database, migrator: new Migrator(sqliteSchema(database), declared) };
  };
  /** Makes the file as another program would, with no log beside it. */
  const make = (sql: string) => {
    const database = new Database(file);
    database.exec(sql);
    database.close();
  };
  beforeEach(() => {
    folder = temporaryFolder();
    file = folder.file('eros.db');
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    folder.remove();
  });

  it('makes everything in a new file, and nothing the second time', async () => {
    const { migrator, database } = await open();
    const { pending, databaseVersion, programVersion, applied } = await migrator.status();
    expect({ databaseVersion, programVersion, applied }).toEqual({
      databaseVersion: 0,
      programVersion: 1,
      applied: [],
    });
    expect(await migrator.migrate({ nowMs })).toEqual(pending);
    expect(await migrator.verify()).toEqual([]);
    const image = await imageOf(file, driver);
    expect(await migrator.migrate({ nowMs: nowMs + 1 })).toEqual([]);
    expect(await imageOf(file, driver)).toEqual(image);
    expect(await migrator.status()).toMatchObject({
      databaseVersion: 1,
      pending: [],
      conflicts: [],
      applied: [{ version: 1, appliedAtMs: nowMs, changes: pending }],
    });
    expect(await database.on().all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await database.on().all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('is done once when several begin at the same moment', async () => {
    const handles = await Promise.all([open(), open(), open(), open()]);
    const runs = await Promise.all(handles.map(({ migrator }) => migrator.migrate({ nowMs })));
    expect(runs.filter((changes) => changes.length > 0)).toHaveLength(1);
    expect((await handles[0].migrator.status()).applied).toHaveLength(1);
  });

  it('leaves nothing of a run that fails in its middle', async () => {
    const failing: DeclaredSchema = {
      ...declaredSchema,
      translations: [
        {
          table: 'creators',
          name: 'fail',
          count: async () => 0,
          apply: async () => Promise.reject(new Error('power cut')),
        },
      ],
    };
    const { migrator } = await open(failing);
    await expect(migrator.migrate({ nowMs })).rejects.toThrow('power cut');
    expect((await imageOf(file, driver)).objects).toEqual({});
    const { migrator: next } = await open();
    expect(await next.migrate({ nowMs })).not.toEqual([]);
  });

  it('adds what a later version declares, and takes back run by run', async () => {
    const { migrator } = await open({ ...library, version: 1, tables: [shelves], views: [] });
    const empty = (await imageOf(file, driver)).objects;
    await migrator.migrate({ nowMs });
    const first = await imageOf(file, driver);
    const { database, migrator: later } = await open(library);
    expect(await later.status()).toMatchObject({ databaseVersion: 1, programVersion: 3 });
    await expect(later.verify()).rejects.toBeInstanceOf(SchemaOutdatedError);
    await later.migrate({ nowMs: nowMs + 1 });
    await database.on().run("INSERT INTO shelves (room) VALUES ('red')");
    await database.on().run("INSERT INTO books (isbn, title, shelf_id) VALUES ('1', 'A', 1)");
    const filled = await imageOf(file, driver);
    const refusal = await later.down({ discardRows: false }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SchemaConflictError);
    expect((refusal as SchemaConflictError).conflicts).toEqual([expect.stringContaining('table books holds rows')]);
    expect(await imageOf(file, driver)).toEqual(filled);
    await later.down({ discardRows: true });
    expect((await imageOf(file, driver)).objects).toEqual(first.objects);
    expect((await imageOf(file, driver)).rows['shelves']).toHaveLength(1);
    await later.down({ discardRows: true });
    expect((await imageOf(file, driver)).objects).toEqual(empty);
  });

  it('does not lose the values of a column that it would take back', async () => {
    make(
      "CREATE TABLE shelves (shelf_id INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL UNIQUE); INSERT INTO shelves (room) VALUES ('red');",
    );
    const before = await imageOf(file, driver);
    const colour: DeclaredSchema = {
      ...library,
      tables: [
        { ...shelves, columns: [...shelves.columns, { name: 'colour', type: 'text', default: 'white', added: true }] },
      ],
      views: [],
    };
    const { database, migrator } = await open(colour);
    await migrator.migrate({ nowMs });
    await migrator.down({ discardRows: false });
    expect(await imageOf(file, driver)).toEqual(before);
    await migrator.migrate({ nowMs });
    await database.on().run("UPDATE shelves SET colour = 'blue'");
    await expect(migrator.down({ discardRows: false })).rejects.toThrow('column shelves.colour holds values');
    await migrator.down({ discardRows: true });
    expect(await imageOf(file, driver)).toEqual(before);
  });

  it('refuses a file that a newer program wrote, before a byte is written', async () => {
    const { database, migrator } = await open({ ...declaredSchema, version: 8 });
    await migrator.migrate({ nowMs });
    await database.close();
    const bytes = hashOf(file);
    const { database: older, migrator: ours } = await open();
    for (const attempt of [
      () => ours.migrate({ nowMs }),
      () => ours.verify(),
      () => ours.down({ discardRows: true }),
    ]) {
      await expect(attempt()).rejects.toBeInstanceOf(SchemaNewerError);
    }
    await older.close();
    expect(hashOf(file)).toBe(bytes);
  });

  it("refuses another program's file, before a byte is written, unless asked to adopt it", async () => {
    make("CREATE TABLE invoices (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO invoices (text) VALUES ('1');");
    const bytes = hashOf(file);
    const { database, migrator } = await open();
    expect((await migrator.status()).isForeign).toBe(true);
    const refusal = await migrator.migrate({ nowMs }).catch((error: unknown) => error);
    expect(isErosError(refusal, 'schema_conflict') && refusal.message).toContain('another program');
    await database.close();
    expect(hashOf(file)).toBe(bytes);
    const { database: again, migrator: adopting } = await open();
    await adopting.migrate({ nowMs, adopt: true });
    expect(await again.on().all('SELECT text FROM invoices')).toEqual([{ text: '1' }]);
    expect(await again.on().all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect((await adopting.status()).isForeign).toBe(false);
  });

  it.each<[string, string, string[]]>([
    [
      'a view under the name of a table',
      'CREATE TABLE t (a); CREATE VIEW Books AS SELECT a FROM t;',
      ['books is a view, not a table'],
    ],
    ['a table under the name of a view', 'CREATE TABLE V_titles (a);', ['v_titles is a table, not a view']],
    [
      'no key and no required column',
      'CREATE TABLE Books (number TEXT);',
      ['table books has no column isbn', 'table books has no column title'],
    ],
    [
      'keys that are none',
      'CREATE TABLE books (isbn TEXT, title TEXT NOT NULL, shelf_id INTEGER, UNIQUE (title, shelf_id));',
      ['table books does not keep (isbn) unique'],
    ],
    [
      'a missing unique pair',
      'CREATE TABLE books (isbn TEXT PRIMARY KEY, title TEXT NOT NULL, shelf_id INTEGER);',
      ['table books does not keep (title, shelf_id) unique'],
    ],
    [
      'an identity without numbers, and so no key for its children',
      'CREATE TABLE shelves (shelf_id INT, room TEXT NOT NULL UNIQUE);',
      [
        'shelves.shelf_id does not number new rows: it is no generated key',
        'shelves.shelf_id is no key, but books.shelf_id refers to it',
      ],
    ],
    [
      'a unique index that is another one',
      'CREATE TABLE shelves (shelf_id INTEGER PRIMARY KEY, room TEXT NOT NULL UNIQUE); CREATE INDEX uq_books_title ON shelves (room);',
      ['index uq_books_title is another one than ours: rename it'],
    ],
    [
      'columns in another case, whose values would come back under another name',
      'CREATE TABLE shelves (Shelf_Id INTEGER PRIMARY KEY, room TEXT NOT NULL UNIQUE);',
      ['table shelves has Shelf_Id in place of shelf_id: rename that column'],
    ],
    [
      'columns of a strict table that do not hold what we write',
      'CREATE TABLE books (isbn BLOB PRIMARY KEY, title ANY NOT NULL, shelf_id INT, UNIQUE (title, shelf_id)) STRICT;',
      ['books.isbn is BLOB, which does not hold our TEXT'],
    ],
    [
      "another program's record of migrations",
      'CREATE TABLE eros_migrations (id INTEGER PRIMARY KEY, name TEXT);',
      ['table eros_migrations is none of ours: rename it'],
    ],
  ])('names %s, and touches nothing', async (_what, sql, conflicts) => {
    make(`CREATE TABLE eros_notes (a); ${sql}`);
    const bytes = hashOf(file);
    const { database, migrator } = await open(library);
    expect((await migrator.status()).conflicts).toEqual(conflicts);
    const refusal = await migrator.migrate({ nowMs, adopt: true }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SchemaConflictError);
    expect(refusal).toMatchObject({ database: file, conflicts });
    await expect(migrator.verify()).rejects.toBeInstanceOf(SchemaConflictError);
    await database.close();
    expect(hashOf(file)).toBe(bytes);
  });

  it('names the columns of others that would refuse our rows', async () => {
    make(
      'CREATE TABLE shelves (shelf_id INTEGER PRIMARY KEY, room TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, floor INT NOT NULL DEFAULT 0);',
    );
    const { migrator } = await open(library);
    await migrator.migrate({ nowMs });
    expect(await migrator.verify()).toEqual([
      {
        where: 'shelves.owner',
        declared: 'no such column, so rows that we add are refused',
        found: 'NOT NULL without a default',
      },
    ]);
  });

  it('knows tables whatever case they are written in', async () => {
    make('CREATE TABLE SHELVES (shelf_id INTEGER PRIMARY KEY, "room" TEXT NOT NULL UNIQUE);');
    const { migrator } = await open(library);
    const changes = await migrator.migrate({ nowMs });
    expect(changes.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'create_table books',
      'create_index uq_books_title',
      'create_view v_titles',
    ]);
    await migrator.down({ discardRows: true });
    expect(Object.keys((await imageOf(file, driver)).objects)).toEqual(['table SHELVES']);
  });
});
