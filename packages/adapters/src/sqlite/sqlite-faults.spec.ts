import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { DatabaseUnavailableError, type Transaction } from '@eros/domain';
import { canMakeReadOnly, canMount, onSmallDisk, whileReadOnly } from '../testing/faulty-files.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { SqliteDatabase } from './sqlite-database.js';

const probe = temporaryFolder();
const where = {
  filesCanBeLocked: canMakeReadOnly(path.dirname(probe.file('x'))),
  disksCanBeMade: canMount(probe.file('disk')),
};
probe.remove();
// Two faults need the rights of root and a file system that has them; elsewhere these tests are shown as skipped.
const itIf = (isPossible: boolean) => (isPossible ? it : it.skip);

const faultOf = async (attempt: Promise<unknown>): Promise<unknown> => {
  const error = await attempt.catch((caught: unknown) => caught);
  if (!(error instanceof DatabaseUnavailableError)) return error;
  expect(error.cause).toBeDefined();
  return error.fault;
};

describe.each(['sqlite3', 'better-sqlite3'] as const)('a database that cannot be used, by %s', (driver) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  const opened: SqliteDatabase[] = [];
  const open = async (at: string = file, lockTimeoutMs = 5_000) => {
    const database = await SqliteDatabase.open({ path: at, driver, lockTimeoutMs });
    opened.push(database);
    return database;
  };
  const withNotes = async (at: string = file) => {
    const database = await open(at);
    await database.on().run('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)');
    await database.on().run("INSERT INTO notes (text) VALUES ('first')");
    return database;
  };
  const notesIn = async (database: SqliteDatabase) => {
    const rows = await database.on().all<{ text: string }>('SELECT substr(text, 1, 10) AS text FROM notes ORDER BY id');
    return rows.map(({ text }) => text);
  };
  const add = (database: SqliteDatabase, tx: Transaction, text: string) =>
    database.on(tx).run('INSERT INTO notes (text) VALUES (?)', [text]);

  /** A statement that is told the time. */
  const ours = () => ({ sql: "INSERT INTO notes (text) VALUES ('ours')", params: [] });

  beforeEach(() => {
    folder = temporaryFolder();
    file = folder.file('eros.db');
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    folder.remove();
  });

  // The other one is a connection of the same driver: two copies of SQLite in one process do not see each other's locks.
  // What a second process sees is in sqlite-processes.spec.ts.
  const whileHeld = async (work: (letGo: () => void) => Promise<void>) => {
    const other = await open();
    let letGo: () => void = () => undefined;
    let isHeld: () => void = () => undefined;
    const held = new Promise<void>((resume) => (isHeld = resume));
    const holding = other.transaction(async (tx) => {
      await add(other, tx, 'theirs');
      isHeld();
      await new Promise<void>((resume) => (letGo = resume));
    });
    await held;
    try {
      await work(letGo);
    } finally {
      letGo();
      await holding;
    }
  };

  it('is locked while another holds it for longer than the lock timeout, and works when let go', async () => {
    await (await withNotes()).close();
    const database = await open(file, 60);
    await whileHeld(async () => {
      expect(await faultOf(database.transaction(async (tx) => add(database, tx, 'ours')))).toBe('locked');
      expect(await faultOf(database.on().run("INSERT INTO notes (text) VALUES ('ours')"))).toBe('locked');
      expect(await faultOf(database.on().writeNow(ours))).toBe('locked');
      expect(await database.on().writeNowIfFree(ours)).toBe('busy');
      expect(await notesIn(database)).toEqual(['first']); // readers wait for nobody
    });
    await database.transaction(async (tx) => add(database, tx, 'ours'));
    expect(await notesIn(database)).toEqual(['first', 'theirs', 'ours']);
  });

  it('waits for a lock that is let go in time, and then sees what was written', async () => {
    const database = await withNotes();
    await whileHeld(async (letGo) => {
      const waiting = database.transaction(async (tx) => {
        const [row] = await database.on(tx).all<{ n: number }>('SELECT count(*) AS n FROM notes');
        await add(database, tx, `after ${row?.n}`);
      });
      await new Promise((resume) => setTimeout(resume, 30));
      letGo();
      await waiting;
    });
    expect(await notesIn(database)).toEqual(['first', 'theirs', 'after 2']);
  });

  it('waits for a lock that is let go in time with a statement that tells the time, too', async () => {
    const database = await withNotes();
    await whileHeld(async (letGo) => {
      const waiting = database.on().writeNow(ours);
      await new Promise((resume) => setTimeout(resume, 30));
      letGo();
      expect(await waiting).toEqual(expect.any(Number));
    });
    expect(await notesIn(database)).toEqual(['first', 'theirs', 'ours']);
  });

  itIf(where.filesCanBeLocked)('is read-only when its file is', async () => {
    await (await withNotes()).close();
    await whileReadOnly(file, async () => {
      expect(await faultOf(openAndWrite(file))).toBe('read_only');
      const database = await open();
      expect(await faultOf(database.on().writeNow(ours))).toBe('read_only');
      expect(await faultOf(database.on().writeNowIfFree(ours))).toBe('read_only');
    });
    expect(await notesIn(await open())).toEqual(['first']);
  });

  itIf(where.filesCanBeLocked)('cannot be opened when its folder is read-only: the log has no place', async () => {
    await (await withNotes()).close();
    await whileReadOnly(path.dirname(file), async () => {
      expect(await faultOf(openAndWrite(file))).toBe('cannot_open');
      expect(await faultOf(openAndWrite(folder.file('new.db')))).toBe('cannot_open');
    });
    expect(await notesIn(await open())).toEqual(['first']);
  });
  const openAndWrite = async (at: string) => {
    const database = await open(at);
    await database.on().run("INSERT INTO notes (text) VALUES ('never')");
  };

  it('is no database when the file is a text, and the text stays', async () => {
    writeFileSync(file, 'creator_id,page_name\n'.repeat(500));
    const before = readFileSync(file);
    expect(await faultOf(open())).toBe('not_a_database');
    expect(readFileSync(file)).toEqual(before);
  });

  it('cannot be opened when the path is a folder, or leads through a file', async () => {
    mkdirSync(file);
    expect(await faultOf(open())).toBe('cannot_open');
    writeFileSync(folder.file('plain'), '');
    expect(await faultOf(open(path.join(folder.file('plain'), 'eros.db')))).toBe('cannot_open');
  });

  it('cannot be opened, and makes nothing, when there is no such folder', async () => {
    const missing = folder.file('missing');
    expect(await faultOf(open(path.join(missing, 'eros.db')))).toBe('cannot_open');
    expect(existsSync(missing)).toBe(false);
  });

  it('is corrupt when pages were overwritten: what touches them fails, and commits nothing', async () => {
    const database = await withNotes();
    for (let i = 0; i < 40; i += 1) await database.on().run('INSERT INTO notes (text) VALUES (?)', ['x'.repeat(3_000)]);
    await database.close();
    const handle = openSync(file, 'r+');
    const pages = statSync(file).size / 4096;
    for (let page = 2; page < pages; page += 1) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(handle);
    const damaged = readFileSync(file);
    const again = await open();
    expect(await faultOf(again.on().all('SELECT sum(length(text)) FROM notes'))).toBe('corrupt');
    const work = again.transaction(async (tx) => {
      await again.on(tx).run('CREATE TABLE more (a)');
      // The work shrugs it off; the transaction must not.
      await again
        .on(tx)
        .all('SELECT sum(length(text)) FROM notes')
        .catch(() => undefined);
    });
    expect(await faultOf(work)).toBe('corrupt');
    expect(await again.on().all("SELECT name FROM sqlite_master WHERE name = 'more'")).toEqual([]);
    await again.close();
    expect(readFileSync(file)).toEqual(damaged);
  });

  it('is full when it may not grow: nothing is half written, and it works again when it may', async () => {
    const database = await withNotes();
    const limit = (pages: number) => database.transaction(async (tx) => tx.query(`PRAGMA max_page_count = ${pages}`));
    await limit(20);
    const filling = (text: string) =>
      database.transaction(async (tx) => {
        await add(database, tx, text);
        for (let i = 0; i < 60; i += 1) await add(database, tx, 'x'.repeat(3_000));
      });
    expect(await faultOf(filling('a'))).toBe('disk_full');
    expect(await notesIn(database)).toEqual(['first']);
    await database.transaction(async (tx) => add(database, tx, 'small'));
    await limit(10_000);
    await filling('b');
    expect(await notesIn(database)).toEqual(['first', 'small', 'b', ...Array.from({ length: 60 }, () => 'xxxxxxxxxx')]);
  });

  it('commits nothing of a work that goes on after the disk was full', async () => {
    const database = await withNotes();
    await database.transaction(async (tx) => tx.query('PRAGMA max_page_count = 20'));
    const later: unknown[] = [];
    const stubborn = database.transaction(async (tx) => {
      await add(database, tx, 'before');
      await add(database, tx, 'x'.repeat(400_000)).catch(() => undefined);
      later.push(await faultOf(add(database, tx, 'after')), await faultOf(tx.query('SELECT 1')));
    });
    expect(await faultOf(stubborn)).toBe('disk_full');
    expect(later).toEqual(['disk_full', 'disk_full']);
    expect(await notesIn(database)).toEqual(['first']);
  });

  itIf(where.disksCanBeMade)(
    'is full on a full disk, and works again by the same connection when space is freed',
    async () => {
      await onSmallDisk(folder.file('disk'), 512, async () => {
        const at = path.join(folder.file('disk'), 'eros.db');
        const filler = path.join(folder.file('disk'), 'filler');
        const database = await withNotes(at);
        try {
          expect(() => writeFileSync(filler, Buffer.alloc(1 << 20))).toThrow('ENOSPC');
          const work = (text: string, size: number) =>
            database.transaction(async (tx) => {
              await add(database, tx, text);
              await add(database, tx, 'x'.repeat(size));
            });
          expect(await faultOf(work('a', 200_000))).toBe('disk_full');
          expect(await faultOf(work('b', 1_000))).toBe('disk_full');
          expect(await notesIn(database)).toEqual(['first']);
          rmSync(filler);
          await work('c', 1_000);
          expect(await notesIn(database)).toEqual(['first', 'c', 'xxxxxxxxxx']);
          expect(await database.on().all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
        } finally {
          await database.close();
        }
      });
    },
  );

  it('goes on after a statement that failed for a reason of its own', async () => {
    const database = await withNotes();
    await database.transaction(async (tx) => {
      await expect(database.on(tx).run("INSERT INTO notes (id, text) VALUES (1, 'again')")).rejects.toThrow('UNIQUE');
      const nowhere = database.on(tx).run('INSERT INTO nowhere VALUES (1)');
      await expect(nowhere).rejects.toMatchObject({ message: expect.stringContaining('no such table') });
      await add(database, tx, 'second');
    });
    expect(await notesIn(database)).toEqual(['first', 'second']);
  });
});

describe.each(['sqlite3', 'better-sqlite3'] as const)('without the driver %s', (driver) => {
  afterEach(() => jest.dontMock(driver));

  it('says which package to install', async () => {
    jest.doMock(driver, () => {
      throw Object.assign(new Error(`Cannot find module '${driver}'`), { code: 'MODULE_NOT_FOUND' });
    });
    const error = await SqliteDatabase.open({ path: ':memory:', driver }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'database_unavailable', fault: 'missing_driver' });
    expect(String((error as Error).cause)).toContain(driver);
  });
});
