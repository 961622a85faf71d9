import { IdempotentWorld, settle } from '../testing/idempotent-world.js';

const LEASE_MS = 30_000;

describe('the lease of a claim', () => {
  let world: IdempotentWorld;
  let time: IdempotentWorld['time'];
  beforeEach(() => {
    world = new IdempotentWorld();
    ({ time } = world);
  });
  afterEach(() => world.database.close());

  /** A run whose claim is answered after its end. */
  async function answeredLate() {
    const { idempotency, store } = world.openProcess();
    store.holdBack = 'claim';
    const work = jest.fn(async () => 1);
    const run = idempotency.run('plan', {}, work);
    const outcome = run.then(
      ({ value }) => value,
      ({ code }) => code,
    );
    await settle();
    await time.pass(LEASE_MS);
    return { outcome, work, store };
  }

  it('that was answered after its end begins no work when another has the claim by then', async () => {
    const { outcome, work, store } = await answeredLate();
    const other = await world.openProcess().idempotency.run('plan', {}, async () => 2);
    store.answer();
    expect([await outcome, other.value, work.mock.calls.length, time.pending]).toEqual(['stale_claim', 2, 0, 0]);
  });

  it('nor when the renewal that was to save it comes late, too, or fails', async () => {
    const { outcome, work, store } = await answeredLate();
    store.answer();
    store.holdBack = 'renew';
    await time.pass(LEASE_MS);
    store.answer();
    expect([await outcome, work.mock.calls.length, time.pending]).toEqual(['stale_claim', 0, 0]);

    const failing = await answeredLate();
    failing.store.failOn = 'renew';
    failing.store.answer();
    expect([await failing.outcome, failing.work.mock.calls.length, time.pending]).toEqual([undefined, 0, 0]);
  });

  it('is renewed first where nobody has taken it, and then kept', async () => {
    const { outcome, work, store } = await answeredLate();
    store.answer();
    expect([await outcome, work.mock.calls.length, time.pending]).toEqual([1, 1, 0]);
  });

  it.each(['complete', 'fail', 'release'] as const)('is renewed while its end waits: %s', async (end) => {
    const { idempotency, store } = world.openProcess();
    store.waitBefore = end;
    let signal: AbortSignal | undefined;
    const running = idempotency.run(
      'plan',
      {},
      async (context) => {
        ({ signal } = context);
        if (end !== 'complete') throw new Error('no');
        return 1;
      },
      { isTerminal: () => end === 'fail' },
    );
    const told = running.then(
      ({ value }) => value,
      ({ message }) => message,
    );
    await time.pass(3 * LEASE_MS);
    const other = world.openProcess().idempotency.run('plan', {}, async () => 2);
    await expect(other).rejects.toMatchObject({ code: 'operation_in_progress' });
    store.answer();
    expect([await told, time.pending, signal?.aborted]).toEqual([end === 'complete' ? 1 : 'no', 0, false]);
  });

  /** A run in whose transaction `write` waits, and how often its claim was renewed. */
  async function inTransaction(write: () => Promise<void>) {
    const { idempotency, store } = world.openProcess();
    const dispatch = jest.spyOn(store, 'dispatch');
    const run = idempotency.run('plan', {}, (context) => context.transaction(() => write().then(() => 1)));
    const told = run.then(
      ({ value }) => value,
      ({ message }) => message,
    );
    await settle();
    return { told, renewals: () => dispatch.mock.calls.filter(([, { type }]) => type === 'renew').length };
  }

  it('is not renewed while the transaction is open that ends it', async () => {
    let end: () => void = () => undefined;
    const { told, renewals } = await inTransaction(() => new Promise((resume) => (end = resume)));
    await time.pass((LEASE_MS * 2) / 3 - 1);
    expect(renewals()).toBe(0);
    end();
    expect([await told, renewals(), time.pending]).toEqual([1, 0, 0]);
  });

  it('is renewed all the same once two thirds of it are over', async () => {
    let end: () => void = () => undefined;
    const { told, renewals } = await inTransaction(() => new Promise((resume) => (end = resume)));
    await time.pass((LEASE_MS * 2) / 3);
    expect(renewals()).toBe(1);
    end();
    expect(await told).toBe(1);
    await settle(); // the renewal was in line behind the transaction
    expect(time.pending).toBe(0);
  });

  it('is renewed at once when that transaction fails, and every third of it again', async () => {
    let fail: (error: Error) => void = () => undefined;
    const { idempotency, store } = world.openProcess();
    const dispatch = jest.spyOn(store, 'dispatch');
    const renewals = () => dispatch.mock.calls.filter(([, { type }]) => type === 'renew').length;
    let finish: (value: number) => void = () => undefined;
    const run = idempotency.run('plan', {}, async (context) => {
      await context.transaction(() => new Promise((_, reject) => (fail = reject))).catch(() => undefined);
      return new Promise<number>((resume) => (finish = resume));
    });
    await time.pass(LEASE_MS / 2);
    expect(renewals()).toBe(0);
    fail(new Error('no'));
    await settle();
    expect(renewals()).toBe(1);
    await time.pass(LEASE_MS / 3);
    expect(renewals()).toBe(2);
    finish(1);
    expect([(await run).value, time.pending]).toEqual([1, 0]);
  });
});
