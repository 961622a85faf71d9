import type { Logger, Transaction } from '@eros/domain';
import pg from 'pg';
import { freezableProxy } from '../../../../tools/freezable-proxy.mjs';
import { createDatabase } from '../../../../tools/pg-test-server.mjs';
import { PgBossDispatch } from './pg-boss-dispatch.js';
import { pgBossSchema } from './pg-boss-schema.js';

const silent = (): void => undefined;
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
const opened: PgBossDispatch[] = [];

/** Another process, as far as pg-boss can tell. */
async function dispatch(concurrency = 1, engineSchema = 'public'): Promise<PgBossDispatch> {
  const made = await PgBossDispatch.open({
    ...{ connection: { connectionString: database.url }, engineSchema },
    ...{ concurrency, logger },
  });
  opened.push(made);
  return made;
}

/** What was heard, and a promise of hearing so much. */
function ear() {
  const heard: string[] = [];
  let told = silent;
  const take = async (sagaId: string): Promise<void> => {
    heard.push(sagaId);
    told();
  };
  const hears = async (count: number): Promise<string[]> => {
    while (heard.length < count) await new Promise<void>((resolve) => (told = resolve));
    return heard;
  };
  return { heard, take, hears };
}

const tx = (): Transaction => ({
  query: async <Row>(sql: string, params: unknown[] = []) => (await client.query(sql, params)).rows as Row[],
});

beforeAll(async () => {
  database = await createDatabase(process.env['TEST_PG_URL'] as string);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
  await client.query('DROP SCHEMA IF EXISTS public_pgboss CASCADE');
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

it('tells another process of a saga', async () => {
  const { take, hears } = ear();
  const sender = await dispatch();
  await (await dispatch()).listen(take);
  await sender.wake('s-1');
  expect(await hears(1)).toEqual(['s-1']);
});

it('sends a wake-up with the commit of its transaction, and none without', async () => {
  const { take, hears, heard } = ear();
  const sender = await dispatch();
  await client.query('BEGIN');
  await sender.wake('rolled back', {}, tx());
  await client.query('ROLLBACK');
  await client.query('BEGIN');
  await sender.wake('committed', {}, tx());
  const { rows } = await client.query("SELECT data ->> 'sagaId' AS saga_id FROM public_pgboss.job");
  await client.query('COMMIT');
  expect(rows).toEqual([{ saga_id: 'committed' }]);
  await sender.listen(take);
  await sender.wake('last');
  expect(await hears(2)).toEqual(['committed', 'last']);
  expect(heard).not.toContain('rolled back');
});

it('hands out the urgent ones first, and what is for later not yet', async () => {
  const { take, hears } = ear();
  const sender = await dispatch();
  await sender.wake('tomorrow', { notBeforeMs: Date.now() + 86_400_000, priority: 9 });
  await sender.wake('usual');
  await sender.wake('urgent', { priority: 5 });
  await sender.listen(take);
  expect(await hears(2)).toEqual(['urgent', 'usual']);
});

it('keeps a plan of the timetable under its name, and takes it back', async () => {
  const timetable = await dispatch();
  await timetable.plan('measure', '0 5 * * *', 'Europe/Berlin', async () => undefined);
  await timetable.plan('measure', '0 6 * * *', 'Europe/Berlin', async () => undefined);
  const planned = async () => (await client.query('SELECT name, cron, timezone FROM public_pgboss.schedule')).rows;
  expect(await planned()).toEqual([{ name: 'eros_timetable_measure', cron: '0 6 * * *', timezone: 'Europe/Berlin' }]);
  await timetable.cancel('measure');
  expect(await planned()).toEqual([]);
});

it('does the work of the timetable by one process of several', async () => {
  const done: string[] = [];
  let told = silent;
  for (const node of ['a', 'b']) {
    const timetable = await dispatch();
    await timetable.plan('measure', '* * * * *', 'UTC', async () => {
      done.push(node);
      told();
    });
  }
  // One occurrence, as the cron would bring it about.
  const sender = await dispatch();
  await sender['boss'].send('eros_timetable_measure');
  while (done.length < 1) await new Promise<void>((resolve) => (told = resolve));
  const { rows } = await client.query(
    "SELECT count(*)::int AS jobs FROM public_pgboss.job WHERE name = 'eros_timetable_measure'",
  );
  expect(done).toHaveLength(rows[0].jobs);
});

it('tries work of the timetable that fails again, when what was in its way may be over', async () => {
  const timetable = await dispatch();
  let failed = silent;
  const hasFailed = new Promise<void>((resolve) => (failed = resolve));
  await timetable.plan('measure', '0 5 1 1 *', 'UTC', async () => {
    failed();
    throw new Error('locked');
  });
  await timetable['boss'].send('eros_timetable_measure');
  await hasFailed;
  const job = async () => {
    const { rows } = await client.query(
      'SELECT state, retry_limit, CAST(EXTRACT(EPOCH FROM start_after - now()) AS float8) AS in_s FROM public_pgboss.job',
    );
    return rows[0];
  };
  while ((await job()).state === 'active') await new Promise((resume) => setTimeout(resume, 20));
  expect(await job()).toMatchObject({ state: 'retry', retry_limit: 5 });
  expect((await job()).in_s).toBeGreaterThan(25); // pg-boss takes up to half of it off
});

it('leaves alone what belongs to an engine on another schema', async () => {
  const [ours, theirs] = [ear(), ear()];
  const [one, other] = [await dispatch(1, 'one'), await dispatch(1, 'Other tables')];
  try {
    await one.listen(ours.take);
    await other.listen(theirs.take);
    for (const each of [one, other]) await each.plan('measure', '0 5 * * *', 'UTC', async () => undefined);
    await one.cancel('measure');
    await one.wake('a');
    await other.wake('b');
    expect([await ours.hears(1), await theirs.hears(1)]).toEqual([['a'], ['b']]);
    const { rows } = await client.query(`SELECT cron FROM ${pgBossSchema('Other tables')}.schedule`);
    expect(rows).toEqual([{ cron: '0 5 * * *' }]);
  } finally {
    await one.close();
    await other.close();
    for (const schema of ['one', 'Other tables']) await client.query(`DROP SCHEMA ${pgBossSchema(schema)} CASCADE`);
  }
});

it('keeps no connection once a silent server is given up, and waits for none', async () => {
  const proxy = await freezableProxy(database.url);
  try {
    const connection = { connectionString: proxy.url };
    const silenced = await PgBossDispatch.open({ connection, engineSchema: 'public', concurrency: 1, logger });
    await silenced.listen(async () => undefined);
    const sockets = silenced['sockets']['sockets'];
    expect(sockets.size).toBeGreaterThan(1);
    proxy.freeze();
    const beganAtMs = performance.now();
    silenced.giveUp();
    await silenced.close();
    while (sockets.size > 0) await new Promise((resume) => setTimeout(resume, 20));
    expect(performance.now() - beganAtMs).toBeLessThan(4_000);
  } finally {
    await proxy.close();
  }
});

describe('without what pg-boss needs', () => {
  const SECRET = 'open sesame';
  const failure = (open: Promise<unknown>): Promise<Error> =>
    open.then(
      () => Promise.reject(new Error('it should not open')),
      (error: Error) => error,
    );
  const sessions = async (user: string) =>
    (await client.query('SELECT pid FROM pg_stat_activity WHERE usename = $1', [user])).rows;
  const asVisitor = () => {
    const url = new URL(database.url);
    [url.username, url.password] = ['eros_test_stranger', SECRET];
    return { connection: { connectionString: url.href }, engineSchema: 'public', concurrency: 1, logger };
  };
  beforeAll(async () => {
    await client.query(
      'DO $$ BEGIN CREATE ROLE with_password; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$',
    );
    await client.query('DROP ROLE IF EXISTS eros_test_stranger');
    await client.query(`CREATE ROLE eros_test_stranger LOGIN PASSWORD '${SECRET}' IN ROLE with_password`);
  });
  afterEach(() => jest.dontMock('pg-boss'));
  afterAll(() => client.query('DROP ROLE eros_test_stranger'));

  it('says which package to install, and for which setting', async () => {
    jest.doMock('pg-boss', () => {
      throw Object.assign(new Error("Cannot find package 'pg-boss'"), { code: 'ERR_MODULE_NOT_FOUND' });
    });
    const error = await failure(dispatch());
    expect(error).toMatchObject({ code: 'dispatch_unavailable', dispatch: 'pg-boss' });
    expect(error.message).toBe('workers.dispatch "pg-boss": install it beside the engine: npm install pg-boss@12');
    expect(String(error.cause)).toContain('pg-boss');
  });

  it('tells of what has no text as well as it can', async () => {
    class PgBoss {
      on = silent;
      start = () => Promise.reject(Object.assign(Object.create(null), { status: 500 }));
      stop = () => Promise.resolve();
    }
    jest.doMock('pg-boss', () => ({ PgBoss }));
    const error = await failure(dispatch());
    expect(error).toMatchObject({ code: 'dispatch_unavailable' });
    expect(error.message).toContain('({"status":500})');
  });

  it('says which schema the role may not make, never the password, and keeps no connection', async () => {
    const error = await failure(PgBossDispatch.open(asVisitor()));
    expect(error).toMatchObject({ code: 'dispatch_unavailable', dispatch: 'pg-boss' });
    expect(error.message).toMatch(
      /^workers\.dispatch "pg-boss": its schema "public_pgboss" .*permission denied.*grant the role CREATE on the database/s,
    );
    expect(error.message).not.toContain(SECRET);
    while ((await sessions('eros_test_stranger')).length > 0) await new Promise((resume) => setTimeout(resume, 20));
  });

  it('opens for that role in a schema that was made for it', async () => {
    await client.query('CREATE SCHEMA public_pgboss AUTHORIZATION eros_test_stranger');
    opened.push(await PgBossDispatch.open(asVisitor()));
    const { rows } = await client.query("SELECT tableowner FROM pg_tables WHERE schemaname = 'public_pgboss' LIMIT 1");
    expect(rows).toEqual([{ tableowner: 'eros_test_stranger' }]);
  });

  it('does not advise to grant what would not help', async () => {
    const error = await failure(
      PgBossDispatch.open({ ...asVisitor(), connection: { host: '127.0.0.1', port: 1, password: SECRET } }),
    );
    expect(error).toMatchObject({ code: 'dispatch_unavailable' });
    expect(error.message).toMatch(/ECONNREFUSED/);
    expect(error.message).not.toMatch(/grant/);
  });
});
