import { isErosError, type Transaction } from '@eros/domain';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { asSuperuser, createTestDatabase } from '../testing/test-postgres.js';
import { PostgresDatabase } from './postgres-database.js';

const codeOf = async (attempt: () => Promise<unknown>): Promise<string> => {
  try {
    await attempt();
    return 'none';
  } catch (error) {
    return isErosError(error) ? error.code : String(error);
  }
};
const pause = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

describe('a PostgreSQL database', () => {
  let made: Awaited<ReturnType<typeof createTestDatabase>>;
  let database: PostgresDatabase;
  beforeAll(async () => (made = await createTestDatabase({ isEmpty: true })));
  afterAll(() => made.drop());
  beforeEach(async () => {
    database = await PostgresDatabase.open({ url: made.url, poolSize: 2 });
    await database.on().run('CREATE TABLE notes (text TEXT PRIMARY KEY)');
  });
  afterEach(async () => {
    await database.close();
    await asSuperuser(made.url, 'DROP TABLE notes');
  });
  const notes = async (on: PostgresDatabase = database) =>
    (await on.on().all<{ text: string }>('SELECT text FROM notes ORDER BY text')).map(({ text }) => text);
  const add = (tx: Transaction, text: string) => database.on(tx).run('INSERT INTO notes VALUES (?)', [text]);

  describe('reads values', () => {
    const VALUES = `SELECT
      TIMESTAMPTZ '2026-01-05 12:00:00.123456+05:30' AS instant, TIMESTAMPTZ '2026-07-05 12:00:00Z' AS summer,
      TIMESTAMP '2026-01-05 12:00:00' AS zoneless, DATE '2026-01-05' AS day, '{"b": [1], "a": "x"}'::jsonb AS json,
      9007199254740991::bigint AS big, 9007199254740993::bigint AS bigger, 1.5::numeric AS mean, 0.1::float8 AS real,
      1::smallint AS flag, TIMESTAMPTZ 'infinity' AS never, NULL::timestamptz AS nothing`;
    const expected = {
      instant: '2026-01-05T06:30:00.123Z',
      summer: '2026-07-05T12:00:00.000Z',
      zoneless: '2026-01-05T12:00:00.000Z',
      day: '2026-01-05',
      json: '{"a": "x", "b": [1]}',
      big: Number.MAX_SAFE_INTEGER,
      bigger: '9007199254740993',
      mean: 1.5,
      real: 0.1,
      flag: 1,
      never: 'infinity',
      nothing: null,
    };

    it('in the forms of the other databases', async () => {
      expect(await database.on().all(VALUES)).toEqual([expected]);
    });

    it('in the same forms on a borrowed connection, whatever its zone and its own readers of values', async () => {
      const known = pg.types.getTypeParser(20);
      pg.types.setTypeParser(20, (text) => `number ${text}`);
      const source = await new DataSource({
        type: 'postgres',
        url: made.url,
        extra: { options: '-c TimeZone=America/St_Johns' },
      }).initialize();
      try {
        const borrowed = PostgresDatabase.borrow(source);
        expect(await borrowed.on().all(VALUES)).toEqual([expected]);
        await borrowed.close();
        expect(await source.query('SELECT 1::bigint AS n')).toEqual([{ n: 'number 1' }]); // still theirs
      } finally {
        pg.types.setTypeParser(20, known);
        await source.destroy();
      }
    });
  });

  it("takes the database's own placeholders in a user's statement, and ours in a store's", async () => {
    await database.transaction(async (tx) => {
      expect(await tx.query('SELECT $1::int AS n, $1::int + 1 AS m', [1])).toEqual([{ n: 1, m: 2 }]);
      expect(await database.on(tx).all("SELECT ?::int AS n, '?' AS m", [1])).toEqual([{ n: 1, m: '?' }]);
      const insert = () => ({ sql: 'INSERT INTO notes VALUES (?) RETURNING text', params: ['a'] });
      expect(await database.on(tx).returning(insert)).toEqual([{ text: 'a' }]);
    });
  });

  it('prepares anew what the server has forgotten, or what gives other columns now', async () => {
    const read = (tx?: Transaction) => database.on(tx).all('SELECT * FROM notes WHERE text = ?', ['a']);
    const readOften = async () => {
      for (let nth = 0; nth < 4; nth += 1) await read();
      return database
        .on()
        .all<{ count: number }>(
          "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'eros%' AND statement LIKE 'SELECT *%'",
        );
    };
    await database.on().run("INSERT INTO notes VALUES ('a')");

    expect(await readOften()).toEqual([{ count: 1 }]);
    await database.on().run('DISCARD ALL');
    expect(await read()).toEqual([{ text: 'a' }]);

    expect(await readOften()).toEqual([{ count: 1 }]);
    await database.on().run('ALTER TABLE notes ADD COLUMN more INTEGER');
    expect(await codeOf(() => database.transaction(read))).toBe('transaction_conflict');
    expect(await readOften()).not.toEqual([{ count: 0 }]);

    await database.on().run('ALTER TABLE notes DROP COLUMN more');
    expect(await database.transaction(read, { isRepeatable: true })).toEqual([{ text: 'a' }]);
  });

  it('keeps its names in the schema it is given', async () => {
    await asSuperuser(made.url, 'CREATE SCHEMA apart_from', 'CREATE TABLE apart_from.notes (text TEXT)');
    const other = await PostgresDatabase.open({ url: made.url, schema: 'apart_from' });
    try {
      await other.on().run("INSERT INTO notes VALUES ('theirs')");
      await database.on().run("INSERT INTO notes VALUES ('ours')");
      expect([await notes(other), await notes()]).toEqual([['theirs'], ['ours']]);
    } finally {
      await other.close();
      await asSuperuser(made.url, 'DROP SCHEMA apart_from CASCADE');
    }
  });

  it('tells the time of the server, not of this process, and goes on inside a transaction', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(0);
    try {
      const [{ rows } = { rows: [] }] = await asSuperuser(
        made.url,
        'SELECT EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS ms',
      );
      const [first, second] = await database.transaction(async (tx) => {
        const before = await database.nowMs(tx);
        await database.on(tx).all('SELECT pg_sleep(0.01)');
        return [before, await database.nowMs(tx)];
      });
      expect(first).toBeGreaterThanOrEqual(Math.floor(Number(rows[0]?.ms)));
      expect(second).toBeGreaterThan(first ?? Infinity);
    } finally {
      clock.mockRestore();
    }
  });

  describe('a transaction', () => {
    it('that works for too long is rolled back while its statement runs; its handle is closed, the next one works', async () => {
      let late: Promise<string> = Promise.resolve('');
      const outcome = await codeOf(() =>
        database.transaction(
          async (tx) => {
            await add(tx, 'a');
            late = codeOf(() => tx.query('SELECT pg_sleep(600)')).then(() => codeOf(() => add(tx, 'b')));
            await late;
          },
          { timeoutMs: 30 },
        ),
      );
      expect(outcome).toBe('transaction_timeout');
      expect(await late).toBe('transaction_closed');
      const [{ rows } = { rows: [] }] = await asSuperuser(
        made.url,
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()",
      );
      expect(rows).toEqual([]);
      await database.transaction((tx) => add(tx, 'next'));
      expect(await notes()).toEqual(['next']);
    });

    it('whose failed statement the work passed over rejects with that failure, and writes nothing', async () => {
      const attempt = database.transaction(async (tx) => {
        await add(tx, 'a');
        await add(tx, 'a').catch(() => undefined);
        return 'done';
      });
      await expect(attempt).rejects.toMatchObject({ code: '23505' });
      expect(await notes()).toEqual([]);
    });

    it('commits when the work went back to a savepoint', async () => {
      await database.transaction(async (tx) => {
        await add(tx, 'a');
        await tx.query('SAVEPOINT before');
        await add(tx, 'a').catch(() => undefined);
        await tx.query('ROLLBACK TO before');
      });
      expect(await notes()).toEqual(['a']);
    });

    it('runs no statement that was still queued when its work ended', async () => {
      const forgotten: Promise<string>[] = [];
      await database.transaction(async (tx) => {
        for (const text of ['a', 'b', 'c']) forgotten.push(codeOf(() => add(tx, text)));
      });
      const codes = await Promise.all(forgotten);
      expect(codes.slice(1)).toEqual(['transaction_closed', 'transaction_closed']);
      expect(await notes()).toEqual(codes[0] === 'none' ? ['a'] : []);
    });

    it('apart from the others commits beside them, also when they hold all connections of the pool', async () => {
      const small = await PostgresDatabase.open({ url: made.url, poolSize: 1, connectionTimeoutMs: 5_000 });
      let seen: string[] = [];
      await small.transaction(async (tx) => {
        await small.on(tx).run("INSERT INTO notes VALUES ('one')");
        await small.apart.run("INSERT INTO notes VALUES ('statement')");
        const work = async (own: Transaction) => void (await small.on(own).run("INSERT INTO notes VALUES ('work')"));
        await small.transaction(work, { apart: true, isolation: 'read_committed' });
        seen = await notes();
      });
      await small.close();
      expect(seen).toEqual(['statement', 'work']);
      expect(await notes()).toEqual(['one', 'statement', 'work']);
    });

    it('that may be run again is, from the start, when another one was faster; any other rejects', async () => {
      await database.on().run("INSERT INTO notes VALUES ('a')");
      const overtaken = async (isRepeatable: boolean) => {
        let runs = 0;
        const outcome = await codeOf(() =>
          database.transaction(
            async (tx) => {
              const [row] = await database.on(tx).all<{ text: string }>('SELECT text FROM notes');
              if ((runs += 1) === 1) await asSuperuser(made.url, `UPDATE notes SET text = text || 'b'`);
              await database.on(tx).run('UPDATE notes SET text = ?', [`${row?.text}c`]);
            },
            { isRepeatable },
          ),
        );
        return { outcome, runs, notes: await notes() };
      };
      expect(await overtaken(false)).toEqual({ outcome: 'transaction_conflict', runs: 1, notes: ['ab'] });
      expect(await overtaken(true)).toEqual({ outcome: 'none', runs: 2, notes: ['abbc'] });
    });

    it('whose COMMIT finds the conflict is run again too', async () => {
      let runs = 0;
      // Each reads what the other writes: no statement waits or fails, the second to commit does.
      const crossing = (reads: string, writes: string, inBetween: () => Promise<unknown>) =>
        database.transaction(
          async (tx) => {
            await database.on(tx).all('SELECT text FROM notes WHERE text = ?', [reads]);
            await database.on(tx).run('INSERT INTO notes VALUES (?)', [writes]);
            await inBetween();
          },
          { isRepeatable: true },
        );
      await crossing('a', 'b', async () => {
        if ((runs += 1) > 1) return;
        await new Promise<void>((resolve, reject) => {
          setImmediate(() => other().then(resolve, reject));
        });
      });
      async function other() {
        const second = await PostgresDatabase.open({ url: made.url });
        await second.transaction(async (tx) => {
          await second.on(tx).all("SELECT text FROM notes WHERE text = 'b'");
          await second.on(tx).run("INSERT INTO notes VALUES ('a')");
        });
        await second.close();
      }
      expect(runs).toBe(2);
      expect(await notes()).toEqual(['a', 'b']);
    });

    it('asked for before close is finished first; what comes later is refused', async () => {
      const writing = database.transaction(async (tx) => {
        await pause(5);
        await add(tx, 'a');
      });
      await Promise.all([database.close(), database.close()]);
      await writing;
      for (const late of [() => notes(), () => database.transaction(async () => undefined), () => database.nowMs()]) {
        expect(await codeOf(late)).toBe('engine_closed');
      }
      database = await PostgresDatabase.open({ url: made.url });
      expect(await notes()).toEqual(['a']);
    });
  });

  it('keeps the process alive until it is closed, and not longer', async () => {
    await database.apart.all('SELECT 1');
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const others = sockets();
    const closing = database.close();
    for (let i = 0; i < 50; i += 1) await Promise.resolve(); // no answer of the server can be heard meanwhile
    expect(sockets()).toBe(others + 1);
    await closing;
    expect(sockets()).toBe(others);
  });

  describe('on a borrowed DataSource', () => {
    let source: DataSource;
    let borrowed: PostgresDatabase;
    beforeEach(async () => {
      source = await new DataSource({ type: 'postgres', url: made.url, poolSize: 2 }).initialize();
      borrowed = PostgresDatabase.borrow(source);
    });
    afterEach(async () => {
      await borrowed.close();
      await source.destroy();
    });

    it('joins the transaction of an entity manager: both commit, or neither', async () => {
      await source.transaction(async (manager) => {
        await manager.query("INSERT INTO notes VALUES ('theirs')");
        const tx = borrowed.joinTransaction(manager);
        await borrowed.on(tx).run("INSERT INTO notes VALUES ('ours')");
        expect(await tx.query('SELECT text FROM notes ORDER BY text')).toEqual([{ text: 'ours' }, { text: 'theirs' }]);
        expect(await notes()).toEqual([]);
      });
      expect(await notes()).toEqual(['ours', 'theirs']);
      const failing = source.transaction(async (manager) => {
        await borrowed.on(borrowed.joinTransaction(manager)).run("INSERT INTO notes VALUES ('lost')");
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await notes()).toEqual(['ours', 'theirs']);
    });

    it('closes the handle when the manager has ended the transaction', async () => {
      const tx = await source.transaction(async (manager) => borrowed.joinTransaction(manager));
      expect(await codeOf(() => tx.query('SELECT 1'))).toBe('transaction_closed');
      expect(await codeOf(async () => borrowed.on(tx).all('SELECT 1'))).toBe('transaction_closed');
    });

    it('refuses a manager without a transaction, and one of another DataSource', async () => {
      expect(await codeOf(async () => borrowed.joinTransaction(source.manager))).toBe('foreign_transaction');
      const other = await new DataSource({ type: 'postgres', url: made.url }).initialize();
      const code = await other.transaction((manager) => codeOf(async () => borrowed.joinTransaction(manager)));
      await other.destroy();
      expect(code).toBe('foreign_transaction');
    });

    it('never closes it, and writes apart when its pool is taken', async () => {
      await source.transaction(() =>
        source.transaction(async () => void (await borrowed.apart.run("INSERT INTO notes VALUES ('apart')"))),
      );
      await borrowed.close();
      expect(source.isInitialized).toBe(true);
      expect(await source.query('SELECT text FROM notes')).toEqual([{ text: 'apart' }]);
    });

    it('refuses one that is of another kind, or not open', async () => {
      const closed = new DataSource({ type: 'postgres', url: made.url });
      expect(await codeOf(async () => PostgresDatabase.borrow(closed))).toBe('unsupported_database');
      const sqlite = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
      expect(await codeOf(async () => PostgresDatabase.borrow(sqlite))).toBe('unsupported_database');
    });
  });

  it('tells listeners to read everything after its connection was cut, and hears again', async () => {
    const told: (string | undefined)[] = [];
    let wake: () => void = () => undefined;
    const stop = await database.changes.subscribe((topic) => {
      told.push(topic);
      wake();
    });
    const hears = async (topic: string | undefined) => {
      while (!told.includes(topic)) await new Promise<void>((resume) => (wake = resume));
    };
    await asSuperuser(
      made.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    );
    await hears(undefined);
    await database.transaction((tx) => database.changes.publish('after', tx));
    await hears('after');
    stop();
  });
});
