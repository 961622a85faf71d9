import { isErosError, type Transaction } from '@eros/domain';
import { openTestSqlite } from '../testing/each-database.js';
import { SqliteDatabase } from './sqlite-database.js';

const codeOf = async (attempt: () => Promise<unknown>): Promise<string> => {
  try {
    await attempt();
    return 'none';
  } catch (error) {
    return isErosError(error) ? error.code : String(error);
  }
};
const pause = (ms = 0): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

describe.each(['sqlite3', 'better-sqlite3'] as const)('an SQLite database by %s', (driver) => {
  describe('its clock', () => {
    it('is never behind the last instant stored, not after reopening, not with the clock set back', async () => {
      const clock = { atMs: 1_000_000, nowMs: () => clock.atMs };
      const test = await openTestSqlite({ driver, clock });
      const stamped = (database: SqliteDatabase) => database.transaction((tx) => database.nowMs(tx));
      expect(await stamped(test.database)).toBe(1_000_000);
      clock.atMs = 2_000_000;
      expect(await stamped(test.database)).toBe(2_000_000);
      await test.database.close();

      clock.atMs = 500_000;
      const reopened = await SqliteDatabase.open({ path: test.path, driver, clock });
      expect(await reopened.nowMs()).toBe(2_000_000);
      expect(await stamped(reopened)).toBe(2_000_000);
      clock.atMs = 2_000_001;
      expect(await stamped(reopened)).toBe(2_000_001);
      await reopened.close();
      await test.close();
    });

    it('is shared by handles whose clocks differ', async () => {
      const test = await openTestSqlite({ driver, clock: { nowMs: () => 9_000 } });
      const slow = await SqliteDatabase.open({ path: test.path, driver, clock: { nowMs: () => 1_000 } });
      expect(await slow.nowMs()).toBe(1_000);
      await test.database.transaction((tx) => test.database.nowMs(tx));
      expect(await slow.nowMs()).toBe(9_000);
      await slow.close();
      await test.close();
    });

    it('does not go back after an instant told outside a transaction, nor with one rolled back', async () => {
      const clock = { atMs: 5_000, nowMs: () => clock.atMs };
      const test = await openTestSqlite({ driver, clock });
      const { database } = test;
      expect(await database.nowMs()).toBe(5_000);
      clock.atMs = 4_000;
      expect(await database.nowMs()).toBe(5_000);
      clock.atMs = 7_000;
      const failing = database.transaction(async (tx) => {
        expect(await database.nowMs(tx)).toBe(7_000);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      clock.atMs = 6_000;
      expect(await database.transaction((tx) => database.nowMs(tx))).toBe(7_000);
      await test.close();
    });
  });

  describe('a transaction', () => {
    let test: Awaited<ReturnType<typeof openTestSqlite>>;
    let database: SqliteDatabase;
    beforeEach(async () => {
      test = await openTestSqlite({ driver });
      database = test.database;
      await database.on().run('CREATE TABLE notes (text TEXT)');
    });
    afterEach(() => test.close());
    const notes = async () =>
      (await database.on().all<{ text: string }>('SELECT text FROM notes')).map(({ text }) => text);

    it('that works for too long is rolled back; its handle is closed, the next one works', async () => {
      const late: string[] = [];
      let isOver: () => void = () => undefined;
      const over = new Promise<void>((resume) => (isOver = resume));
      const outcome = await codeOf(() =>
        database.transaction(
          async (tx) => {
            const session = database.on(tx);
            await session.run("INSERT INTO notes VALUES ('a')");
            await pause(40);
            late.push(
              await codeOf(() => tx.query('SELECT 1')),
              await codeOf(async () => database.on(tx).run("INSERT INTO notes VALUES ('b')")),
              await codeOf(() => session.run("INSERT INTO notes VALUES ('c')")),
              await codeOf(() => session.all('SELECT 1')),
            );
            isOver();
            throw new Error('late');
          },
          { timeoutMs: 10 },
        ),
      );
      expect(outcome).toBe('transaction_timeout');
      // The late work meets a transaction that is not its own, and cannot write into it.
      await database.transaction(async (tx) => {
        await tx.query("INSERT INTO notes VALUES ('next')");
        await over;
      });
      expect(late).toEqual(Array.from({ length: 4 }, () => 'transaction_closed'));
      expect(await notes()).toEqual(['next']);
    });

    it('runs no statement that was still queued when its work ended', async () => {
      const forgotten: Promise<string>[] = [];
      await database.transaction(async (tx) => {
        const session = database.on(tx);
        for (const text of ['a', 'b', 'c']) {
          forgotten.push(codeOf(() => session.run('INSERT INTO notes VALUES (?)', [text])));
        }
      });
      const codes = await Promise.all(forgotten);
      // The first may have been under way; what was queued behind it is refused, and told so.
      expect(codes.slice(1)).toEqual(['transaction_closed', 'transaction_closed']);
      expect(await notes()).toEqual(codes[0] === 'none' ? ['a'] : []);
    });

    it('apart from the one around it queues behind that one', async () => {
      let apart: Promise<void> = Promise.resolve();
      await database.transaction(async (tx: Transaction) => {
        await tx.query("INSERT INTO notes VALUES ('outer')");
        apart = database.transaction(async (own) => void (await own.query("INSERT INTO notes VALUES ('apart')")), {
          apart: true,
        });
        await pause(5);
        expect(await tx.query('SELECT text FROM notes')).toEqual([{ text: 'outer' }]);
      });
      await apart;
      expect(await notes()).toEqual(['outer', 'apart']);
    });

    it.each(['INSERT OR ROLLBACK INTO taken VALUES (1)', 'INSERT INTO guarded VALUES (1)'])(
      'that SQLite has ended by itself takes no further statement, also of a work that goes on: %s',
      async (ending) => {
        await database.on().run('CREATE TABLE taken (id INTEGER PRIMARY KEY)');
        await database.on().run('INSERT INTO taken VALUES (1)');
        await database.on().run('CREATE TABLE guarded (id INTEGER)');
        await database
          .on()
          .run("CREATE TRIGGER guard BEFORE INSERT ON guarded BEGIN SELECT RAISE(ROLLBACK, 'guarded'); END");
        const late: string[] = [];
        const work = database.transaction(async (tx) => {
          await tx.query("INSERT INTO notes VALUES ('before')");
          // Asked for together: the second is in line behind the one that fails.
          const asked = [ending, "INSERT INTO notes VALUES ('beside')"].map((sql) => codeOf(() => tx.query(sql)));
          late.push(...(await Promise.all(asked)), await codeOf(() => tx.query("INSERT INTO notes VALUES ('after')")));
        });
        await expect(work).rejects.toThrow(/taken|guarded/);
        expect(late).toEqual([expect.any(String), late[0], late[0]]);
        expect(late[0]).toMatch(/UNIQUE|guarded/);
        expect(await notes()).toEqual([]);
      },
    );

    it('goes on after a statement that failed alone', async () => {
      await database.transaction(async (tx) => {
        await tx.query("INSERT INTO notes VALUES ('a')");
        expect(await codeOf(() => tx.query('INSERT INTO nowhere VALUES (1)'))).toMatch('no such table');
        await tx.query("INSERT INTO notes VALUES ('b')");
      });
      expect(await notes()).toEqual(['a', 'b']);
    });

    it('lets what is apart go first, which waits for the one that runs and for none of those behind it', async () => {
      const works = ['1', '2', '3'].map((text) =>
        database.transaction(async (tx) => {
          await pause(5);
          await tx.query('INSERT INTO notes VALUES (?)', [text]);
        }),
      );
      const plain = database.on().run("INSERT INTO notes VALUES ('plain')");
      const lease = database.transaction(async (tx) => void (await tx.query("INSERT INTO notes VALUES ('lease')")), {
        apart: true,
      });
      const breaker = database.apart.run("INSERT INTO notes VALUES ('breaker')");
      await Promise.all([...works, plain, lease, breaker]);
      expect(await notes()).toEqual(['1', 'lease', 'breaker', '2', '3', 'plain']);
    });

    it('asked for before close is finished first', async () => {
      const reopened = await SqliteDatabase.open({ path: test.path, driver });
      const writing = reopened.transaction(async (tx) => {
        await pause(5);
        await tx.query("INSERT INTO notes VALUES ('a')");
      });
      await Promise.all([reopened.close(), reopened.close()]);
      await writing;
      expect(await notes()).toEqual(['a']);
    });
  });

  it('in memory lets readers wait for the transaction', async () => {
    const database = await SqliteDatabase.open({ path: ':memory:', driver });
    await database.on().run('CREATE TABLE notes (text TEXT)');
    let reading: Promise<unknown[]> = Promise.resolve([]);
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resume) => (begin = resume));
    const reader = begun.then(() => (reading = database.on().all('SELECT text FROM notes')));
    await database.transaction(async (tx) => {
      await tx.query("INSERT INTO notes VALUES ('a')");
      begin();
      await pause(5);
      await tx.query("INSERT INTO notes VALUES ('b')");
    });
    await reader;
    expect(await reading).toEqual([{ text: 'a' }, { text: 'b' }]);
    await database.close();
  });
});
