import { DEFAULT_BREAKER_POLICY, isErosError } from '@eros/domain';
import { openTestSqlite } from '../testing/each-database.js';
import { SqlBreakerStore } from './breaker-store.js';
import type { SqlDatabase } from './sql-database.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const AT = '2026-11-22T11:00:00.000Z';
const heldAs = (more: object) =>
  JSON.stringify({
    from: 'closed',
    since: AT,
    holds: [{ as: 'open', by: 'a', reason: 'b', since: AT, until: null }],
    ...more,
  });
const failure = { type: 'settle', outcome: 'failure' } as const;

describe('breakers in SQL', () => {
  let database: SqlDatabase;
  let store: SqlBreakerStore;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ database, close } = await openTestSqlite({ clock: { nowMs: () => NOW } }));
    store = new SqlBreakerStore(database);
  });
  afterEach(() => close());

  const insert = (row: Record<string, unknown>) =>
    database.on().run(
      `INSERT INTO circuit_breaker_state (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
        .map(() => '?')
        .join(', ')})`,
      Object.values(row),
    );

  it('writes the documented columns as documented', async () => {
    for (let i = 0; i < 5; i += 1) await store.dispatch('pay', failure, DEFAULT_BREAKER_POLICY);
    const [row] = await database.on().all('SELECT * FROM circuit_breaker_state');
    expect(row).toMatchObject({
      name: 'pay',
      state: 'open',
      failure_count: 5,
      success_count: 0,
      last_failure_time: '2026-11-22T12:00:00.000Z',
      last_success_time: null,
      last_state_change: '2026-11-22T12:00:00.000Z',
      open_until: '2026-11-22T12:00:30.000Z',
      generation: 2,
    });
  });

  it('sets the last change of state with the row', async () => {
    await store.flushCalls('pay', { successes: 1, failures: 0 }, DEFAULT_BREAKER_POLICY);
    const [row] = await database.on().all<{ last_state_change: string }>('SELECT * FROM circuit_breaker_state');
    expect(row?.last_state_change).toBe('2026-11-22T12:00:00.000Z');
  });

  it('drops totals of over an hour ago', async () => {
    const old = ['2026-11-22T10:59:50.000Z', '2026-11-22T11:00:00.000Z'];
    for (const start of old)
      await database.on().run("INSERT INTO circuit_breaker_calls VALUES ('pay', ?, 1, 1)", [start]);
    await store.flushCalls('pay', { successes: 1, failures: 0 }, DEFAULT_BREAKER_POLICY);
    const rows = await database
      .on()
      .all<{ slice_start: string }>('SELECT slice_start FROM circuit_breaker_calls ORDER BY 1');
    expect(rows.map(({ slice_start }) => slice_start)).toEqual([old[1], '2026-11-22T12:00:00.000Z']);
  });

  it('takes over the rows of another program', async () => {
    await insert({ name: 'closed', state: 'closed', failure_count: 4, last_failure_time: '2026-11-22 11:59:00' });
    await insert({ name: 'open', state: 'open', failure_count: 5, last_state_change: '2026-11-22 11:59:45' });
    await insert({ name: 'half', state: 'half_open', success_count: 1 });
    await insert({ name: 'bare', failure_count: null, success_count: null, updated_at: null });
    const { breakers } = await store.readAll();
    expect(breakers.get('closed')).toMatchObject({ generation: 1, failureCount: 4, runStartedAtMs: NOW - 60_000 });
    expect(breakers.get('open')).toMatchObject({ generation: 1, openUntilMs: NOW + 15_000 });
    expect(breakers.get('half')).toMatchObject({ state: 'half_open', successCount: 1, permits: [] });
    expect(breakers.get('bare')).toMatchObject({
      state: 'closed',
      failureCount: 0,
      sinceMs: NOW,
      runStartedAtMs: undefined,
    });
    const { breaker } = await store.dispatch('closed', failure, DEFAULT_BREAKER_POLICY);
    expect(breaker).toMatchObject({ state: 'open', failureCount: 5 });
  });

  it.each([
    ['state', { state: 'OPENED' }],
    ['failure_count', { failure_count: -1 }],
    ['success_count', { success_count: 'many' }],
    ['last_failure_time', { last_failure_time: 'yesterday' }],
    ['open_until', { state: 'open', open_until: '2026-13-01' }],
    ['permits', { state: 'half_open', permits: '{' }],
    ['permits', { state: 'half_open', permits: '{}' }],
    ['permits', { state: 'half_open', permits: '[{"id":"a"}]' }],
    ['reopenings', { reopenings: -1 }],
    ['votes', { votes: '[{"node":"a"}]' }],
    ['held', { held: '{' }],
    ['held', { held: '[]' }],
    ['held', { held: heldAs({ since: 'yesterday' }) }],
    ['held', { held: heldAs({ holds: [] }) }],
    ['held', { held: heldAs({ holds: [{ as: 'half_open', by: 'a', reason: 'b', since: AT, until: null }] }) }],
    ['held', { held: heldAs({ holds: [{ as: 'open', reason: 'b', since: AT, until: null }] }) }],
    ['held', { held: heldAs({ holds: [{ as: 'open', by: 'a', reason: 'b', since: AT, until: 'soon' }] }) }],
    ['state', { state: 'open', held: heldAs({ from: 'OPENED' }) }],
  ])('refuses a row whose %s is none of ours, and leaves it as it is', async (column, wrong) => {
    await insert({ name: 'pay', ...wrong });
    const before = await database.on().all('SELECT * FROM circuit_breaker_state');
    for (const attempt of [store.read('pay'), store.dispatch('pay', failure, DEFAULT_BREAKER_POLICY)]) {
      const error: unknown = await attempt.catch((thrown: unknown) => thrown);
      expect(isErosError(error, 'unreadable_breaker') && error).toMatchObject({ breaker: 'pay', column });
    }
    await store.dispatch('other', failure, DEFAULT_BREAKER_POLICY);
    const { breakers, unreadable } = await store.readAll();
    expect([...breakers.keys()]).toEqual(['other']);
    expect(unreadable).toMatchObject([{ breaker: 'pay', column }]);
    expect(await store.listReadable()).toMatchObject({
      breakers: [{ name: 'other' }],
      unreadable: [{ breaker: 'pay' }],
    });
    expect(await store.list()).toMatchObject([
      { name: 'other', state: 'closed', failureCount: 1, problem: undefined },
      { name: 'pay', state: 'unreadable', problem: expect.stringMatching(`"pay" has ${column} .*: correct that row`) },
    ]);
    expect(await database.on().all("SELECT * FROM circuit_breaker_state WHERE name = 'pay'")).toEqual(before);
  });

  it('shows a held breaker to whoever reads the documented columns', async () => {
    await store.dispatch('pay', { type: 'hold', as: 'open', by: 'ana', reason: 'a test' }, DEFAULT_BREAKER_POLICY);
    const row = async () => (await database.on().all<{ state: string }>('SELECT * FROM circuit_breaker_state'))[0];
    expect((await row())?.state).toBe('open');
    await store.dispatch('pay', { type: 'release', by: 'ana', reason: 'done' }, DEFAULT_BREAKER_POLICY);
    expect(await row()).toMatchObject({ state: 'closed', held: null });
  });

  it('keeps the last thousand transitions', async () => {
    const values = Array.from({ length: 1_005 }, (_, i) => `('pay', ${i}, 'closed', 'open', '${AT}', 'quorum')`);
    await database.on().run(
      `INSERT INTO circuit_breaker_transitions (name, generation, from_state, to_state, occurred_at, cause)
       VALUES ${values.join(', ')}, ('other', 1, 'closed', 'open', '${AT}', 'quorum')`,
    );
    await store.dispatch('pay', { type: 'reset', by: 'ana', reason: 'a test' }, DEFAULT_BREAKER_POLICY);
    const kept = await store.history('pay', { limit: 2_000 });
    expect([kept.length, kept[0]?.generation, kept.at(-1)?.cause]).toEqual([1_000, 6, 'reset']);
    expect(await store.history('other')).toHaveLength(1);
  });

  it('counts every failure of two connections to one file', async () => {
    const other = await openTestSqlite();
    const file = await openTestSqlite({ path: other.path });
    const stores = [new SqlBreakerStore(other.database), new SqlBreakerStore(file.database)];
    const patient = { ...DEFAULT_BREAKER_POLICY, failureThreshold: 1_000 };
    await Promise.all(Array.from({ length: 40 }, (_, i) => stores[i % 2]?.dispatch('pay', failure, patient)));
    expect((await stores[0]?.read('pay'))?.breaker?.failureCount).toBe(40);
    await file.close();
    await other.close();
  });
});
