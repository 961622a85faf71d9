import { DatabaseUnavailableError, isErosError, TransactionConflictError } from '@eros/domain';
import { asSuperuser, createTestDatabase, testServerUrl } from '../testing/test-postgres.js';
import { PostgresDatabase } from './postgres-database.js';
import type { PostgresOptions } from './postgres-pool.js';

// One test starts a server of its own.
const SECRET = 'correct-horse';

/** The fault of an error whose words hold no secret, or the error itself. */
const faultOf = async (attempt: Promise<unknown>): Promise<unknown> => {
  const error = await attempt.catch((caught: unknown) => caught);
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    expect(`${each.message} ${each.stack} ${JSON.stringify(each)}`).not.toContain(SECRET);
  }
  return error instanceof DatabaseUnavailableError ? error.fault : error;
};

interface OwnServer {
  readonly url: string;
  stop(): Promise<void>;
}
/** A server of this test's own. The tool is a module that Jest cannot require. */
const startOwnServer = async (): Promise<OwnServer> => {
  const { startPostgres } = (await import('../../../../tools/pg-test-server.mjs')) as {
    startPostgres(options: { own: true }): Promise<OwnServer>;
  };
  return startPostgres({ own: true });
};

describe('a PostgreSQL database that cannot be used', () => {
  let made: Awaited<ReturnType<typeof createTestDatabase>>;
  const opened: PostgresDatabase[] = [];
  const open = async (options: Partial<PostgresOptions> = {}) => {
    const database = await PostgresDatabase.open({ url: made.url, ...options });
    opened.push(database);
    return database;
  };
  const as = (user: string, password: string) => {
    const url = new URL(made.url);
    [url.username, url.password] = [user, password];
    return url.href;
  };
  beforeAll(async () => {
    made = await createTestDatabase({ isEmpty: true });
    await asSuperuser(
      made.url,
      'CREATE TABLE notes (text TEXT PRIMARY KEY)',
      'DO $$ BEGIN CREATE ROLE with_password; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$',
      `DROP ROLE IF EXISTS eros_test_visitor`,
      `CREATE ROLE eros_test_visitor LOGIN PASSWORD '${SECRET}' IN ROLE with_password`,
    );
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    await asSuperuser(made.url, 'DELETE FROM notes');
  });
  afterAll(async () => {
    await asSuperuser(made.url, 'DROP ROLE eros_test_visitor');
    await made.drop();
  });
  const add = (database: PostgresDatabase, text: string) => database.on().run('INSERT INTO notes VALUES (?)', [text]);

  it('is unreachable where nobody listens, and where there is no such host', async () => {
    expect(await faultOf(open({ url: `postgres://me:${SECRET}@127.0.0.1:1/eros` }))).toBe('unreachable');
    expect(await faultOf(open({ url: `postgres://me:${SECRET}@no-such-host.invalid/eros` }))).toBe('unreachable');
  });

  it('names host, port and database in its message, never the password', async () => {
    const url = `postgres://me:${SECRET}@127.0.0.1:1/eros`;
    const error: unknown = await open({ url }).catch((caught: unknown) => caught);
    expect(String(error)).toMatch(/^DatabaseUnavailableError: database 127\.0\.0\.1:1\/eros: .*database\.url/);
  });

  it('refuses a wrong password', async () => {
    await (await open({ url: as('eros_test_visitor', SECRET) })).on().all('SELECT 1');
    expect(await faultOf(open({ url: as('eros_test_visitor', 'wrong') }))).toBe('authentication_failed');
    expect(await faultOf(open({ url: as('eros_test_visitor', '') }))).toBe('authentication_failed');
    expect(await faultOf(open({ url: as('nobody-known', SECRET) }))).toBe('authentication_failed');
  });

  it('speaks no TLS where the URL demands it', async () => {
    expect(await faultOf(open({ url: `${as('eros_test_visitor', SECRET)}?sslmode=require` }))).toBe('no_tls');
  });

  it('does not exist', async () => {
    const url = new URL(testServerUrl());
    [url.pathname, url.password] = ['/no_such_database', SECRET];
    expect(await faultOf(open({ url: url.href }))).toBe('no_such_database');
  });

  it('does not permit what the user asks', async () => {
    const visitor = await open({ url: as('eros_test_visitor', SECRET) });
    expect(await faultOf(add(visitor, 'a'))).toBe('permission_denied');
    expect(await faultOf(visitor.on().run('CREATE TABLE public.more (a int)'))).toBe('permission_denied');
  });

  it('takes no more connections from a user who has all that are allowed', async () => {
    await asSuperuser(made.url, 'ALTER ROLE eros_test_visitor CONNECTION LIMIT 0');
    try {
      expect(await faultOf(open({ url: as('eros_test_visitor', SECRET) }))).toBe('too_many_connections');
    } finally {
      await asSuperuser(made.url, 'ALTER ROLE eros_test_visitor CONNECTION LIMIT -1');
    }
  });

  it('has no connection free while transactions hold them all, and has again when they end', async () => {
    const database = await open({ poolSize: 1, connectionTimeoutMs: 1_000 });
    let end: () => void = () => undefined;
    let isHeld: () => void = () => undefined;
    const held = new Promise<void>((resume) => (isHeld = resume));
    const holding = database.transaction(async () => {
      isHeld();
      await new Promise<void>((resume) => (end = resume));
    });
    await held;
    expect(await faultOf(add(database, 'a'))).toBe('pool_exhausted');
    expect(await faultOf(database.transaction(async () => undefined))).toBe('pool_exhausted');
    end();
    await holding;
    await add(database, 'a');
  });

  it('stops a statement that runs too long, and its transaction', async () => {
    const database = await open({ statementTimeoutMs: 50 });
    expect(await faultOf(database.on().all('SELECT pg_sleep(600)'))).toBe('statement_timeout');
    const attempt = database.transaction(async (tx) => {
      await tx.query("INSERT INTO notes VALUES ('a')");
      await tx.query('SELECT pg_sleep(600)');
    });
    expect(await faultOf(attempt)).toBe('statement_timeout');
    expect(await database.on().all('SELECT text FROM notes')).toEqual([]);
  });

  it('is unreachable to a statement whose session the server ends', async () => {
    const database = await open();
    const sleeping = faultOf(database.on().all('SELECT pg_sleep(601)'));
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE '%pg_sleep(601)%' AND state = 'active' AND pid <> pg_backend_pid()`;
    while ((await asSuperuser(made.url, end))[0]?.rowCount === 0);
    expect(await sleeping).toBe('unreachable');
    await add(database, 'a');
  });

  it('is read-only in a transaction that was declared so', async () => {
    const database = await open();
    const attempt = database.transaction(async (tx) => {
      await tx.query('SET TRANSACTION READ ONLY');
      await tx.query("INSERT INTO notes VALUES ('a')");
    });
    expect(await faultOf(attempt)).toBe('read_only');
  });

  it('leaves no setting of a transaction on its connection, which others use next', async () => {
    const database = await open({ poolSize: 1 });
    const told = async () => (await database.on().all('SHOW statement_timeout')) as unknown;
    const before = await told();
    const setting = database.transaction((tx) => tx.query('SET statement_timeout = 7'));
    await expect(setting).rejects.toMatchObject({ code: 'invalid_settings' });
    await database.transaction((tx) => tx.query('SET LOCAL statement_timeout = 7'));
    expect(await told()).toEqual(before);
  });

  it('says locked when a row is held and nobody wants to wait', async () => {
    const database = await open();
    await add(database, 'a');
    await database.transaction(async (tx) => {
      await tx.query('SELECT * FROM notes FOR UPDATE');
      expect(await faultOf(database.apart.all('SELECT * FROM notes FOR UPDATE NOWAIT'))).toBe('locked');
    });
  });

  it('ends one of two works that wait for each other with a conflict, and commits the other', async () => {
    const database = await open();
    await add(database, 'a');
    await add(database, 'b');
    let arrived = 0;
    let go: () => void = () => undefined;
    const both = new Promise<void>((resume) => (go = resume));
    const crossing = (first: string, second: string) =>
      database.transaction(
        async (tx) => {
          await tx.query('SELECT * FROM notes WHERE text = $1 FOR UPDATE', [first]);
          if ((arrived += 1) === 2) go();
          await both;
          await tx.query('SELECT * FROM notes WHERE text = $1 FOR UPDATE', [second]);
        },
        { isolation: 'read_committed' },
      );
    const settled = await Promise.allSettled([crossing('a', 'b'), crossing('b', 'a')]);
    const reasons = settled.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
    expect(reasons).toEqual([expect.any(TransactionConflictError)]);
  });

  it('stopped in the middle of a transaction rolls it back, fails by its kind until it is back, and then works', async () => {
    const server = await startOwnServer();
    try {
      const database = await open({ url: server.url });
      await database.on().run('CREATE TABLE notes (text TEXT)');
      await database.apart.all('SELECT 1');
      const attempt = database.transaction(async (tx) => {
        await tx.query("INSERT INTO notes VALUES ('a')");
        await asSuperuser(
          server.url,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        );
        await tx.query("INSERT INTO notes VALUES ('b')");
      });
      expect(await faultOf(attempt)).toBe('unreachable');
      expect(await database.on().all('SELECT text FROM notes')).toEqual([]); // connected anew
      await database.apart.run("INSERT INTO notes VALUES ('c')");

      const stopped = database.transaction(async (tx) => {
        await tx.query("INSERT INTO notes VALUES ('d')");
        await server.stop();
        await tx.query("INSERT INTO notes VALUES ('e')");
      });
      expect(await faultOf(stopped)).toBe('unreachable');
      expect(await faultOf(database.on().all('SELECT 1'))).toBe('unreachable');
      expect(await faultOf(database.apart.all('SELECT 1'))).toBe('unreachable');
      expect(await faultOf(database.transaction(async () => undefined))).toBe('unreachable');
    } finally {
      await server.stop();
    }
  });

  it("leaves other errors as the server's own", async () => {
    const database = await open();
    await add(database, 'a');
    const error: unknown = await add(database, 'a').catch((caught: unknown) => caught);
    expect(isErosError(error)).toBe(false);
    expect(error).toMatchObject({ code: '23505' });
  });
});
