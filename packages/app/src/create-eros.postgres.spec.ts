import { DataSource } from 'typeorm';
import { createEros } from './create-eros.js';
import type { Eros } from './eros.js';
import type { ErosOptions } from './options.js';
import { fallingTo } from './testing/falling-to.js';
import { exportOf } from './testing/host.js';
import { createTestDatabase } from './testing/postgres.js';
import { query } from './testing/query.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };
const NAMES = 'SELECT creator_id FROM creators ORDER BY creator_id';

let url: string;
let drop: () => Promise<void>;
const opened: Eros[] = [];
beforeEach(async () => ({ url, drop } = await createTestDatabase()));
afterEach(async () => {
  for (const eros of opened.splice(0)) await eros.close();
  await drop();
});

async function open(options: Omit<ErosOptions, 'database'> & { schema?: string } = {}): Promise<Eros> {
  const { schema, ...others } = options;
  const database = { type: 'postgres', url, poolSize: 4, ...(schema ? { schema } : {}) } as const;
  const eros = await createEros({ migrate: 'auto', ...others, database });
  opened.push(eros);
  return eros;
}

/** How many sessions of engines the server has on the test's database. */
async function sessions(): Promise<number> {
  const looker = await new DataSource({ type: 'postgres', url, applicationName: 'looker' }).initialize();
  try {
    const [row] = await looker.query<{ count: string }[]>(
      "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'looker'",
    );
    return Number(row?.count);
  } finally {
    await looker.destroy();
  }
}

describe('createEros on PostgreSQL', () => {
  it('is verified unless told to migrate, and tells what to do', async () => {
    const opening = createEros({ database: { type: 'postgres', url } });
    await expect(opening).rejects.toMatchObject({ code: 'schema_outdated' });
    await expect(opening).rejects.toThrow('eros db migrate');
    expect(await fallingTo(0, sessions)).toBe(0);
    const eros = await open();
    expect(await eros.health()).toMatchObject({ ok: true });
    expect(await (await open({ migrate: 'verify' })).health()).toMatchObject({ ok: true });
  });

  it('says at the first call what to do when it was told not to look at the schema', async () => {
    const eros = await open({ migrate: 'off' });
    const calls = [eros.reports.unhealthyBreakers(), eros.data.importCreators([CREATOR])];
    for (const { status, ...told } of await Promise.allSettled(calls)) {
      expect([status, told]).toMatchObject(['rejected', { reason: { code: 'schema_outdated' } }]);
    }
  });

  it('keeps what it was given, and leaves no connection when it is closed', async () => {
    const first = await open();
    await first.start();
    await first.data.importCreators([CREATOR]);
    await Promise.all([first.close(), first.close()]);
    expect(await fallingTo(0, sessions)).toBe(0);
    const second = await open({ migrate: 'verify' });
    expect(await second.data.importCreators([CREATOR])).toMatchObject({ unchanged: 1, imported: 0 });
    await second.close();
    await expect(second.rotations.get('c-1')).rejects.toMatchObject({ code: 'engine_closed' });
  });

  it('has its tables in a schema of its own, which it makes', async () => {
    const one = await open({ schema: 'one' });
    const other = await open({ schema: 'other' });
    await one.data.importCreators([CREATOR]);
    await expect(other.rotations.get('c-1')).rejects.toMatchObject({ code: 'unknown_creator' });
    await expect(open({ schema: 'third', migrate: 'verify' })).rejects.toMatchObject({ code: 'schema_outdated' });
    expect(await query(one, 'SELECT creator_id FROM one.creators')).toEqual([{ creator_id: 'c-1' }]);
  });

  it('is migrated once by ten engines that open at the same moment', async () => {
    const engines = await Promise.all(Array.from({ length: 10 }, () => open()));
    expect(await query(engines[0] as Eros, 'SELECT count(*) AS runs FROM eros_migrations')).toEqual([{ runs: 1 }]);
  });

  it('counts failures whose text no database stores, and counts them for all', async () => {
    const breakers = { pay: { failureThreshold: 2, onStoreDown: 'refuse' as const } };
    const [one, other] = [await open({ breakers }), await open({ breakers })];
    for (const eros of [one, other]) {
      const call = async () => {
        throw new Error('connect ENOENT \0sock');
      };
      await expect(eros.breakers.run('pay', call)).rejects.toThrow('ENOENT');
    }
    expect(await other.breakers.state('pay')).toBe('open'); // behind what it has told
    expect(await one.breakers.health()).toMatchObject([
      { state: 'open', failureCount: 2, lastFailure: 'Error: connect ENOENT \ufffdsock' },
    ]);
  });

  it('lets a guarded call out inside a transaction, where none may go out unless the breaker is known', async () => {
    const eros = await open({ breakers: { pay: { onStoreDown: 'refuse' } } });
    const running = eros.transaction(async (tx) => {
      await tx.query('CREATE TABLE notes (text TEXT)');
      return eros.breakers.run('pay', async () => 'fine');
    });
    expect(await running).toBe('fine');
  });

  it('never shows a password', async () => {
    const secret = new URL(url);
    Object.assign(secret, { username: 'nobody_here', password: 'sesame-7', port: '1' });
    const error = await createEros({ database: { type: 'postgres', url: secret.href } }).catch((why: unknown) => why);
    expect(error).toMatchObject({ code: 'database_unavailable', fault: 'unreachable' });
    expect(String(error)).toContain('database.url');
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('sesame');
    const invalid = await createEros({ database: { type: 'postgres', url: 'postgres//u:sesame-7@h/d' } }).catch(String);
    expect(invalid).not.toContain('sesame');
  });

  it('runs a claimed operation once for two engines', async () => {
    const [one, other] = [await open(), await open()];
    let runs = 0;
    const run = (eros: Eros) =>
      eros.idempotency.run(
        'send',
        { id: 7 },
        async ({ transaction }) => {
          runs += 1;
          return transaction(async (tx) => {
            await tx.query('INSERT INTO eros_clock (id, at_ms) VALUES (7, 1)');
            return 'sent';
          });
        },
        { onRunning: 'wait' },
      );
    const results = await Promise.all([run(one), run(other), run(one), run(other)]);
    expect(results.map(({ value }) => value)).toEqual(Array(4).fill('sent'));
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(runs).toBe(1);
  });

  it('shares a breaker between two engines', async () => {
    const [one, other] = [await open(), await open()];
    for (let i = 0; i < 5; i += 1) {
      const call = one.breakers.run('api', () => Promise.reject(new Error('no route to host')));
      await expect(call).rejects.toThrow('no route to host');
    }
    // A caller does not wait for its failure to be counted; the one that counts knows when it is.
    expect(await one.breakers.state('api')).toBe('open');
    expect(await other.breakers.state('api')).toBe('open');
    await expect(other.breakers.run('api', async () => 1)).rejects.toMatchObject({ code: 'circuit_open' });
  });
});

describe('a borrowed DataSource', () => {
  let dataSource: DataSource;
  let eros: Eros;
  beforeEach(async () => {
    await (await open()).close();
    dataSource = await new DataSource({ type: 'postgres', url, poolSize: 4 }).initialize();
    eros = await createEros({ database: { type: 'existing', dataSource } });
    opened.push(eros);
    await eros.data.importCreators([CREATOR]);
  });
  afterEach(() => dataSource.destroy());

  const saga = () =>
    eros.sagas.define({ name: 'greet', version: 1, steps: [{ name: 'one', execute: async () => 'hello' }] });

  it('is used, and never closed', async () => {
    expect(await dataSource.query(NAMES)).toEqual([{ creator_id: 'c-1' }]);
    await eros.close();
    expect(dataSource.isInitialized).toBe(true);
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('plans a week', async () => {
    const { creators, captions, messages } = exportOf(['c-001'], '2026-11-01');
    await eros.data.importCreators(creators);
    await eros.data.importCaptions(captions);
    await eros.data.importMessages(messages);
    const plan = await eros.schedules.planWeek({ creatorId: 'c-001', weekStart: '2026-11-02', asOf: 'week_start' });
    expect(await eros.schedules.get('c-001', '2026-11-02')).toEqual(plan);
  });

  it('lets engine calls join a transaction of the host: they commit with it', async () => {
    const greet = saga();
    await dataSource.transaction(async (manager) => {
      const tx = eros.joinTransaction(manager);
      await manager.query("UPDATE creators SET page_name = 'beryl'");
      expect(await tx.query('SELECT page_name FROM creators WHERE creator_id = $1', ['c-1'])).toEqual([
        { page_name: 'beryl' },
      ]);
      await greet.start({ creatorId: 'c-1', input: {}, sagaId: 's-1', transaction: tx });
    });
    expect(await query(eros, 'SELECT page_name FROM creators')).toEqual([{ page_name: 'beryl' }]);
    expect((await eros.sagas.get('s-1'))?.sagaId).toBe('s-1');
  });

  it('takes back what engine calls did with the transaction that they joined', async () => {
    const greet = saga();
    const failed = dataSource.transaction(async (manager) => {
      await greet.start({ creatorId: 'c-1', input: {}, sagaId: 's-2', transaction: eros.joinTransaction(manager) });
      throw new RangeError('no');
    });
    await expect(failed).rejects.toThrow(RangeError);
    expect(await eros.sagas.get('s-2')).toBeUndefined();
  });

  it('joins no transaction that is not open there, and none on a pool of its own', async () => {
    const foreign = expect.objectContaining({ code: 'foreign_transaction' });
    expect(() => eros.joinTransaction(dataSource.manager)).toThrow(foreign);
    const another = await new DataSource({ type: 'postgres', url }).initialize();
    try {
      await another.transaction(async (manager) => expect(() => eros.joinTransaction(manager)).toThrow(foreign));
    } finally {
      await another.destroy();
    }
    const own = await open();
    await dataSource.transaction(async (manager) =>
      expect(() => own.joinTransaction(manager)).toThrow(expect.objectContaining({ code: 'unsupported_database' })),
    );
  });
});

describe('transactions that overlap', () => {
  it('end as if one after another: others are told, repeatable ones run again', async () => {
    const eros = await open();
    await eros.data.importCreators([CREATOR]);
    const raise = (isRepeatable: boolean) =>
      eros.transaction(
        async (tx) => {
          const [row] = await tx.query<{ fans: number }>('SELECT current_active_fans AS fans FROM creators');
          await tx.query('UPDATE creators SET current_active_fans = $1', [(row?.fans ?? 0) + 1]);
        },
        { isRepeatable },
      );
    const told = await Promise.allSettled(Array.from({ length: 12 }, () => raise(false)));
    const committed = told.filter(({ status }) => status === 'fulfilled').length;
    for (const each of told)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'transaction_conflict' });
    await Promise.all(Array.from({ length: 12 }, () => raise(true)));
    expect(await query(eros, 'SELECT current_active_fans AS fans FROM creators')).toEqual([
      { fans: 10 + committed + 12 },
    ]);
  });
});
