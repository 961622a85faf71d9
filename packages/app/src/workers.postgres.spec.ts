import { createEros } from './create-eros.js';
import type { Eros } from './eros.js';
import type { DatabaseOption, WorkersOption } from './options.js';
import { fallingTo } from './testing/falling-to.js';
import { openEngine } from './testing/open-engine.js';
import { query } from './testing/query.js';
import { until } from './testing/until.js';

/** Nothing is found by sweeping while a test lasts. */
const BY_WAKE_UP: WorkersOption = { dispatch: 'pg-boss' };
const NEVER_MS = 3_600_000;
const CREATOR = {
  ...{ creator_id: 'c-1', page_name: 'page', display_name: 'Page', page_type: 'paid' as const },
  ...{ timezone: 'UTC', current_active_fans: 100, is_active: 1 },
};

let first: Eros;
let database: DatabaseOption;
let close: () => Promise<void>;
const others: Eros[] = [];

async function another(workers: WorkersOption = BY_WAKE_UP, sweepMs = NEVER_MS): Promise<Eros> {
  const eros = await createEros({ database, workers, sagas: { sweepMs }, migrate: 'off' });
  others.push(eros);
  return eros;
}

/** Defines a saga that tells where it was executed. */
function define(eros: Eros, node: string, told: (node: string) => void) {
  return eros.sagas.define<null>({
    name: 'book',
    version: 1,
    steps: [{ name: 'book', execute: async () => (told(node), node) }],
  });
}

const start = (eros: Eros, saga: ReturnType<typeof define>, sagaId: string) =>
  eros.transaction((transaction) => saga.start({ sagaId, creatorId: 'c-1', input: null, transaction }));

/** Until the saga has ended, wherever that is. */
async function ended(eros: Eros, sagaId: string): Promise<void> {
  await until(
    async () => (await eros.sagas.get(sagaId))?.status,
    (status) => status === 'completed',
  );
}

beforeEach(async () => {
  ({ eros: first, database, close } = await openEngine({ workers: BY_WAKE_UP, sagas: { sweepMs: NEVER_MS } }));
  await first.data.importCreators([CREATOR]);
});

afterEach(async () => {
  for (const eros of others.splice(0)) await eros.close();
  await close();
});

it('tells another process of a saga that was started in a transaction', async () => {
  const second = await another();
  const executed: string[] = [];
  define(second, 'second', (node) => executed.push(node));
  await second.start();
  const saga = define(first, 'first', (node) => executed.push(node));
  await start(first, saga, 's-1');
  await ended(first, 's-1');
  expect(executed).toEqual(['second']);
});

it('executes a saga once, however often its wake-up comes, and also when that is late', async () => {
  const executed: string[] = [];
  const saga = define(first, 'first', (node) => executed.push(node));
  await start(first, saga, 's-1');
  await query(
    first,
    `INSERT INTO public_pgboss.job (name, data) SELECT name, data FROM public_pgboss.job CROSS JOIN generate_series(1, 5)`,
  );
  await first.start();
  const second = await another();
  define(second, 'second', (node) => executed.push(node));
  await second.start();
  await ended(first, 's-1');
  await start(first, saga, 's-2');
  await ended(first, 's-2');
  // The late ones were handed out before the last.
  expect(executed).toHaveLength(2);
});

it('finds by sweeping what nobody was told of', async () => {
  const executed: string[] = [];
  const saga = define(first, 'first', () => undefined);
  await start(first, saga, 's-1');
  await query(first, 'DELETE FROM public_pgboss.job');
  const second = await another(BY_WAKE_UP, 20);
  define(second, 'second', (node) => executed.push(node));
  await second.start();
  await ended(first, 's-1');
  expect(executed).toEqual(['second']);
});

it('hands what it closes on to others at once', async () => {
  const second = await another();
  const executed: string[] = [];
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const steps = (node: string, gate: Promise<void>) => ({
    ...{ name: 'two', version: 1 },
    steps: [
      { name: 'a', execute: async () => (begun(), gate) },
      { name: 'b', execute: async () => void executed.push(node) },
    ],
  });
  const saga = first.sagas.define<null>(steps('first', held));
  second.sagas.define<null>(steps('second', Promise.resolve()));
  await saga.start({ sagaId: 's-1', creatorId: 'c-1', input: null });
  await hasBegun;
  await second.start();
  const closing = first.close();
  release();
  await closing;
  await ended(second, 's-1');
  expect(executed).toEqual(['second']);
});

it('keeps the timetable that was asked for, and takes back what is asked for no longer', async () => {
  const planned = () =>
    query<{ name: string; cron: string; timezone: string }>(
      first,
      'SELECT name, cron, timezone FROM public_pgboss.schedule',
    );
  const timed = await another({
    ...BY_WAKE_UP,
    timetable: { planFleet: '0 6 * * 5', measure: '0 5 * * *', timeZone: 'Europe/London' },
  });
  await timed.start();
  expect(await planned()).toEqual([
    { name: 'eros_timetable_plan_fleet', cron: '0 6 * * 5', timezone: 'Europe/London' },
    { name: 'eros_timetable_measure', cron: '0 5 * * *', timezone: 'Europe/London' },
  ]);
  const changed = await another({ ...BY_WAKE_UP, timetable: { measure: '0 4 * * *' } });
  await changed.start();
  expect(await planned()).toEqual([{ name: 'eros_timetable_measure', cron: '0 4 * * *', timezone: 'UTC' }]);
});

it('leaves the timetable of an engine on another schema alone', async () => {
  const url = database.type === 'postgres' ? database.url : '';
  const beside = await createEros({
    database: { type: 'postgres', url, schema: 'beside' },
    migrate: 'auto',
    workers: BY_WAKE_UP,
  });
  others.push(beside);
  const timed = await another({ ...BY_WAKE_UP, timetable: { measure: '0 5 * * *' } });
  await timed.start();
  await beside.start();
  const planned = (schema: string) => query(first, `SELECT name, cron FROM ${schema}.schedule`);
  expect(await planned('public_pgboss')).toEqual([{ name: 'eros_timetable_measure', cron: '0 5 * * *' }]);
  expect(await planned('beside_pgboss')).toEqual([]);
});

describe('without the package pg-boss', () => {
  afterEach(() => jest.dontMock('pg-boss'));

  it('no engine opens that asks for it, and the database is let go', async () => {
    jest.doMock('pg-boss', () => {
      throw Object.assign(new Error("Cannot find package 'pg-boss'"), { code: 'ERR_MODULE_NOT_FOUND' });
    });
    const sessions = async (): Promise<number> => {
      const rows = await query<{ count: number }>(
        first,
        "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'eros' AND datname = current_database()",
      );
      return rows[0]?.count ?? 0;
    };
    const before = await sessions();
    await expect(another()).rejects.toMatchObject({
      code: 'dispatch_unavailable',
      message: 'workers.dispatch "pg-boss": install it beside the engine: npm install pg-boss@12',
    });
    await (await another({ dispatch: 'sweep' })).close();
    expect(await fallingTo(before, sessions)).toBe(before);
  });
});
