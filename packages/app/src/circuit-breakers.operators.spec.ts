import { isErosError } from '@eros/domain';
import { Bench, broken, errorOf, fail, fine, hanging } from './breaker/testing/bench.js';
import type { CircuitBreakers } from './circuit-breakers.js';

const why = { by: 'ana', reason: 'they asked' };
const untilText: object = { until: '2030-01-01' };

describe('circuit breakers in the hands of operators', () => {
  let bench: Bench;
  let time: Bench['time'];
  let store: Bench['store'];
  let breakers: CircuitBreakers;
  let other: CircuitBreakers;
  beforeEach(async () => {
    bench = new Bench();
    ({ time, store } = bench);
    breakers = bench.open();
    other = bench.open();
    await other.run('pay', fine);
  });
  const learnt = () => time.pass(1_250);

  it('held open let no call out, in any process, and say who, why and until when', async () => {
    const until = new Date(time.nowMs() + 60_000);
    await breakers.hold('pay', 'open', { ...why, until });
    await learnt();
    for (const each of [breakers, other]) {
      const error = await errorOf(each.run('pay', fine));
      expect(isErosError(error, 'circuit_held') && error).toMatchObject({ breaker: 'pay', ...why, until });
      expect(await each.run('pay', fine, { fallback: ({ code }) => code })).toBe('circuit_held');
      expect(await each.state('pay')).toBe('open');
    }
    expect(bench.logged).toContain('circuit breaker is held');
  });

  it('go on by themselves at the end of a hold', async () => {
    await breakers.hold('pay', 'open', { ...why, until: new Date(time.nowMs() + 5_000) });
    await time.pass(4_999);
    expect(await errorOf(other.run('pay', fine))).toMatchObject({ code: 'circuit_held' });
    await time.pass(1);
    expect(await other.run('pay', fine)).toBe('fine');
    expect(await breakers.run('pay', fine)).toBe('fine');
    expect(await breakers.history('pay')).toMatchObject([{ cause: 'hold' }, { cause: 'hold_over' }]);
  });

  it('count what is told of them again from the end of a hold', async () => {
    await breakers.recordFailure('pay');
    await breakers.hold('pay', 'closed', { ...why, until: new Date(time.nowMs() + 400) });
    await time.pass(400);
    for (let i = 0; i < 2; i += 1) await breakers.recordFailure('pay');
    expect(await breakers.state('pay')).toBe('open');
  });

  it('are told of a success that ends a run, and of a failure, under a hold that has just ended', async () => {
    await breakers.hold('pay', 'closed', { ...why, until: new Date(time.nowMs() + 400) });
    await time.pass(400);
    await breakers.recordSuccess('pay');
    expect(store.rows.get('pay')).toMatchObject({ held: undefined, successCount: 1 });
  });

  it('held closed let every call out, count it, and let no outcome move anything', async () => {
    await bench.openIt(breakers);
    await breakers.hold('pay', 'closed', why);
    await time.pass(5_000);
    store.takeAsked();
    expect(await breakers.state('pay')).toBe('closed');
    for (let i = 0; i < 5; i += 1) expect(await errorOf(breakers.run('pay', fail))).toBe(broken);
    expect(await breakers.run('pay', fine)).toBe('fine');
    await breakers.recordFailure('pay');
    await breakers.recordSuccess('pay');
    await time.pass(5_000);
    expect(store.takeAsked().filter((what) => what !== 'read')).toEqual(['flush']);
    expect(store.flushed.at(-1)).toEqual({ successes: 1, failures: 5 });
    expect(store.rows.get('pay')).toMatchObject({ state: 'open', failureCount: 3 });
  });

  it('are after the release what they were before, with the open time that was left', async () => {
    await bench.openIt(breakers);
    await time.pass(4_000);
    await breakers.hold('pay', 'closed', why);
    await time.pass(3_600_000);
    await breakers.release('pay', why);
    expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_open', retryAfterMs: 6_000 });
    await time.pass(6_000);
    expect(await breakers.run('pay', fine)).toBe('fine');
  });

  it('take no result of a call that went out under another order', async () => {
    const slow = hanging();
    const running = errorOf(breakers.run('pay', slow.call));
    await breakers.hold('pay', 'closed', why);
    const held = hanging();
    const runningHeld = errorOf(breakers.run('pay', held.call));
    await breakers.release('pay', why);
    slow.refuse(broken);
    held.refuse(broken);
    await Promise.all([running, runningHeld]);
    expect(store.rows.get('pay')).toMatchObject({ state: 'closed', failureCount: 0 });
  });

  it('want the release of every hold', async () => {
    await breakers.hold('pay', 'open', why);
    await other.hold('pay', 'open', { ...why, by: 'ben' });
    await breakers.release('pay', why);
    await learnt();
    expect(await errorOf(breakers.run('pay', fine))).toMatchObject({ code: 'circuit_held', by: 'ben' });
    await breakers.release('pay', why); // of a colleague's, since there is no own one
    await learnt();
    expect(await other.run('pay', fine)).toBe('fine');
    expect(await errorOf(breakers.release('pay', why))).toMatchObject({
      ...{ code: 'breaker_not_held', breaker: 'pay' },
      message: expect.stringContaining('health() or `eros breakers`'),
    });
  });

  it('are closed by a reset, in every process, and begin anew', async () => {
    await bench.openIt(breakers);
    await learnt();
    await other.reset('pay', why);
    await learnt();
    for (const each of [breakers, other]) expect(await each.run('pay', fine)).toBe('fine');
    for (let i = 0; i < 2; i += 1) await errorOf(breakers.run('pay', fail));
    expect(await breakers.state('pay')).toBe('closed');
    expect((await breakers.history('pay')).map(({ cause }) => cause)).toEqual(['failures_in_a_row', 'reset']);
  });

  it('stay held in a process that begins later, and without their database', async () => {
    await breakers.hold('pay', 'open', why);
    await breakers.close();
    const later = bench.open();
    expect(await errorOf(later.run('pay', fine))).toMatchObject({ code: 'circuit_held' });
    store.isDown = true;
    await learnt();
    expect(await errorOf(later.run('pay', fine))).toMatchObject({ code: 'circuit_held' });
  });

  it('tell an operator when the order could not be written', async () => {
    store.isDown = true;
    for (const order of [breakers.hold('pay', 'open', why), breakers.release('pay', why), breakers.reset('pay', why)]) {
      expect(await errorOf(order)).toMatchObject({ message: 'no database' });
    }
    store.isDown = false;
    await learnt();
    expect(await breakers.run('pay', fine)).toBe('fine');
  });

  it.each<[string, (all: CircuitBreakers) => Promise<unknown>]>([
    ['a blank name', (all) => all.hold(' ', 'open', why)],
    ['a name of 201 characters', (all) => all.reset('x'.repeat(201), why)],
    ['a name that no database stores', (all) => all.release('pay\0', why)],
    ['a reason that no database stores', (all) => all.hold('pay', 'open', { by: 'ana', reason: '\ud800' })],
    ['nobody and nothing', (all) => all.hold('pay', 'open', undefined as never)],
    ['no reason', (all) => all.hold('pay', 'open', { by: 'ana', reason: '' })],
    ['nobody', (all) => all.release('pay', { by: ' ', reason: 'r' })],
    ['an order that is none', (all) => all.hold('pay', 'half_open' as 'open', why)],
    ['an end that is past', (all) => all.hold('pay', 'open', { ...why, until: new Date(0) })],
    ['an end past the year 9999', (all) => all.hold('pay', 'open', { ...why, until: new Date(8.64e15) })],
    ['an end that is no instant', (all) => all.hold('pay', 'open', { ...why, until: new Date(NaN) })],
    ['an end that is no Date', (all) => all.hold('pay', 'open', { ...why, ...untilText })],
    ['no history', (all) => all.history('pay', { limit: 0 })],
  ])('refuse %s before anything is written', async (_, order) => {
    expect(await errorOf(order(breakers))).toMatchObject({ code: 'invalid_settings' });
    expect(store.rows.has('pay')).toBe(false);
  });

  it('refuse a hold that was on its way for longer than it was to last, and write nothing of it', async () => {
    await breakers.run('pay', fine);
    const until = new Date(time.nowMs() + 1_000);
    store.gate = new Promise((open) => time.schedule(open, 2_000));
    const order = errorOf(breakers.hold('pay', 'open', { ...why, until }));
    await time.pass(2_000);
    expect(await order).toMatchObject({
      code: 'invalid_settings',
      message: expect.stringContaining(until.toISOString()),
    });
    expect(await breakers.history('pay')).toEqual([]);
    expect(await breakers.run('pay', fine)).toBe('fine');
  });

  it.each(['hold', 'release', 'reset'] as const)(
    'say of a %s without an answer that it may be carried out',
    async (order) => {
      await breakers.hold('pay', 'closed', why);
      store.silence = new Promise((open) => time.schedule(open, 60_000));
      const given = errorOf(order === 'hold' ? breakers.hold('pay', 'open', why) : breakers[order]('pay', why));
      await time.pass(5_000);
      const expected = { code: 'order_unanswered', breaker: 'pay', order, waitedMs: 5_000 };
      expect(await given).toMatchObject({
        ...expected,
        message: expect.stringMatching(/look at health\(\) or `eros breakers`/),
      });
      expect(store.histories.at(-1)).toMatchObject({ cause: order });
    },
  );

  it('take no order inside a transaction', async () => {
    await breakers.run('pay', fine);
    bench.isInside = true;
    expect(await errorOf(breakers.hold('pay', 'open', why))).toMatchObject({ code: 'nested_transaction' });
    expect(await errorOf(breakers.release('pay', why))).toMatchObject({ code: 'nested_transaction' });
  });

  it('let a call out inside a transaction when a hold has just ended', async () => {
    await breakers.hold('pay', 'open', { ...why, until: new Date(time.nowMs() + 100) });
    await time.pass(100);
    bench.isInside = true;
    expect(await breakers.run('pay', fine)).toBe('fine');
  });
});
