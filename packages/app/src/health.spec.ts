import { unrefTimers } from './breaker/schedule.js';
import type { Eros } from './eros.js';
import { checkHealth } from './health.js';
import { openEngine } from './testing/open-engine.js';
import { query } from './testing/query.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };

let eros: Eros;
let close: () => Promise<void>;
beforeEach(async () => ({ eros, close } = await openEngine()));
afterEach(() => close());

const failing = async () => {
  const { ok, checks } = await eros.health();
  const bad = checks.filter((check) => !check.ok);
  expect(ok).toBe(bad.length === 0);
  expect(checks.map(({ name }) => name)).toEqual(['database', 'schema', 'breakers', 'sagas']);
  return Object.fromEntries(bad.map(({ name, detail }) => [name, detail]));
};

it('is well after opening', async () => {
  expect(await failing()).toEqual({});
});

it('names a breaker that is open, and what it met last', async () => {
  for (let i = 0; i < 5; i += 1) {
    const call = eros.breakers.run('api', () => Promise.reject(new Error('no route to host')));
    await expect(call).rejects.toThrow('no route to host');
  }
  await eros.breakers.state('api'); // after what was told: a caller waits 50 ms for that, a busy machine longer
  expect(await failing()).toEqual({ breakers: expect.stringMatching(/^api is open .*no route to host/) });
});

it('names a breaker whose row is none of ours, and what to do, beside those that are open', async () => {
  const mend = '"aged" has state "OPENED" in circuit_breaker_state: correct that row, or delete it';
  await query(eros, `INSERT INTO circuit_breaker_state (name, state) VALUES ('aged', 'OPENED')`);
  await eros.breakers.recordSuccess('well');
  await eros.breakers.state('well');
  expect(await failing()).toEqual({ breakers: `circuit breaker ${mend}` });
  for (let i = 0; i < 5; i += 1) await eros.breakers.recordFailure('api');
  await eros.breakers.state('api');
  expect(await failing()).toEqual({ breakers: expect.stringMatching(/^api is open.*; circuit breaker "aged"/) });
  expect(await eros.breakers.health()).toMatchObject([
    { name: 'aged', state: 'unreadable', problem: expect.stringContaining(mend) },
    { name: 'api', state: 'open', problem: undefined },
    ...(await eros.breakers.health()).slice(2),
  ]);
  expect((await eros.reports.unhealthyBreakers()).map(({ name }) => name)).toEqual(['aged', 'api']);
});

it('names a parked saga whose row is damaged, beside those that can be read', async () => {
  await eros.data.importCreators([CREATOR]);
  const step = { name: 'pay', retry: { attempts: 1 }, execute: () => Promise.reject(new Error('no')), pivot: true };
  const retried = { ...step, onExhausted: 'park' as const };
  const saga = eros.sagas.define({ name: 'parking', version: 1, steps: [retried] });
  for (const sagaId of ['s1', 's2'])
    await expect(saga.run({ creatorId: 'c-1', sagaId, input: null })).rejects.toMatchObject({ code: 'saga_failed' });
  await query(eros, `UPDATE saga_execution_log SET steps_completed = '{"a":1}' WHERE saga_id = 's2'`);
  const problem = expect.stringContaining('saga "s2" cannot be read, for its steps_completed');
  expect(await eros.sagas.list({ stuck: true })).toMatchObject({
    items: [{ sagaId: 's1' }],
    unreadable: [{ sagaId: 's2', problem }],
  });
  expect(await failing()).toEqual({ sagas: expect.stringMatching(/^saga "s2" cannot be read.*; parked: s1: /) });
});

it('says of a held breaker who holds it: that one does not try again by itself', async () => {
  const until = new Date('2999-01-01T00:00:00Z');
  await eros.breakers.hold('api', 'open', { by: 'dana', reason: 'their maintenance', until });
  expect(await failing()).toEqual({
    breakers:
      'api is held open by dana until 2999-01-01T00:00:00.000Z (their maintenance): release it when that is over',
  });
});

it('says of a closed breaker what it fails at', async () => {
  const call = (work: () => Promise<unknown>) => eros.breakers.run('api', work).catch(() => undefined);
  for (let i = 0; i < 40; i += 1) await call(() => (i % 2 === 0 ? Promise.resolve() : Promise.reject(new Error('no'))));
  await eros.breakers.state('api');
  let bad: Record<string, string> = {};
  for (let i = 0; i < 50 && !bad['breakers']; i += 1) {
    await new Promise((resume) => setTimeout(resume, 200));
    bad = await failing();
  }
  expect(bad['breakers']).toMatch(/^api is closed, with \d+(\.\d+)? % of \d+ calls well lately \(.*no\): look after/);
});

it('names sagas that are parked', async () => {
  await eros.data.importCreators([CREATOR]);
  const saga = eros.sagas.define({
    name: 'publish',
    version: 1,
    steps: [{ name: 'post', execute: () => Promise.reject(new Error('no')), onExhausted: 'park' }],
  });
  await expect(saga.run({ creatorId: 'c-1', input: {}, sagaId: 'publish-1' })).rejects.toMatchObject({
    code: 'saga_failed',
  });
  expect(await failing()).toEqual({ sagas: expect.stringContaining('publish-1') });
});

it('tells of sagas that wait for definitions which this process does not have', async () => {
  await eros.data.importCreators([CREATOR]);
  const saga = eros.sagas.define({
    ...{ name: 'publish', version: 1 },
    steps: [{ name: 'post', execute: () => Promise.resolve() }],
  });
  await eros.transaction((transaction) => saga.start({ creatorId: 'c-1', input: {}, transaction }));
  await query(eros, `UPDATE saga_execution_log SET definition_version = 7, definition_hash = 'of another release'`);
  const { ok, checks } = await eros.health();
  expect(ok).toBe(true);
  expect(checks.find(({ name }) => name === 'sagas')?.detail).toContain('unclaimed: 1 of publish 7');
});

it('names what of the schema is missing', async () => {
  await query(eros, 'DROP VIEW v_active_rotation_states');
  expect(await failing()).toEqual({ schema: expect.stringContaining('v_active_rotation_states') });
});

it('tells of what has no text as well as it can', async () => {
  const nameless = (): never => {
    throw Object.assign(Object.create(null), { status: 500 });
  };
  const absent = { on: nameless, status: nameless };
  const { checks } = await checkHealth(absent, absent, eros, unrefTimers);
  expect(checks.slice(0, 2)).toEqual(
    ['database', 'schema'].map((name) => ({ name, ok: false, detail: '{"status":500}' })),
  );
});

it('never throws, not even on a closed engine', async () => {
  await eros.close();
  const { ok, checks } = await eros.health();
  expect(ok).toBe(false);
  for (const check of checks) expect(check).toMatchObject({ ok: false, detail: expect.stringContaining('closed') });
});
