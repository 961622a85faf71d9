import type { Transaction, UnitOfWork } from '../storage/index.js';
import type { IdempotencyDecision } from './idempotency.js';
import type { IdempotencyRequest, IdempotencyStore } from './idempotency-store.js';

/** What the suite needs of an adapter. Its clock is the one handed to `open`. */
export interface OpenIdempotencyStore {
  readonly store: IdempotencyStore;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

const START_MS = Date.UTC(2026, 0, 5, 12);
const LEASE_MS = 30_000;
const TTL_MS = 3_600_000;
const id = { operation: 'plan', key: 'c1:2026-01-05' };
const claimOf = (owner: string, paramsHash = 'hash'): IdempotencyRequest => ({
  type: 'claim',
  owner,
  paramsHash,
  leaseMs: LEASE_MS,
  ttlMs: TTL_MS,
});
const error = { name: 'CardDeclinedError', code: 'card_declined', message: 'declined', facts: { last4: '4242' } };

/** The fencing number of a claim that was let in. */
function fenceOf(decision: IdempotencyDecision): number {
  if (decision.type !== 'accepted' || decision.event.type !== 'claimed') {
    throw new Error(`expected a claim to be accepted, it was ${JSON.stringify(decision)}`);
  }
  return decision.event.epoch;
}

/** What every `IdempotencyStore` promises. */
export function idempotencyStoreContract(open: (clock: { nowMs(): number }) => Promise<OpenIdempotencyStore>): void {
  describe('an idempotency store', () => {
    const clock = { atMs: START_MS, nowMs: () => clock.atMs };
    let test: OpenIdempotencyStore;
    let store: IdempotencyStore;

    beforeEach(async () => {
      clock.atMs = START_MS;
      test = await open(clock);
      ({ store } = test);
    });
    afterEach(() => test.close());

    const claim = async (owner: string, tx?: Transaction) => fenceOf(await store.dispatch(id, claimOf(owner), tx));
    const complete = (owner: string, epoch: number, value: unknown, tx?: Transaction) =>
      store.dispatch(id, { type: 'complete', owner, epoch, json: JSON.stringify(value), ttlMs: TTL_MS }, tx);

    it('lets the first in, turns the others away, then replays the result', async () => {
      const epoch = await claim('ann');
      clock.atMs += 10;
      expect(await store.dispatch(id, claimOf('bob'))).toEqual({
        type: 'in_progress',
        sinceMs: START_MS,
        leaseUntilMs: START_MS + LEASE_MS,
      });

      expect(await complete('ann', epoch, { plan: 7, note: 'ü "q" \\ 😀' })).toMatchObject({ type: 'accepted' });

      const replay = await store.dispatch(id, claimOf('bob'));
      if (replay.type !== 'replayed' || replay.outcome.type !== 'result') throw new Error(`was ${replay.type}`);
      expect(JSON.parse(replay.outcome.json)).toEqual({ plan: 7, note: 'ü "q" \\ 😀' });
    });

    it.each([null, true, 0.1, 1e300, 5e-324, '', 'text', '"quoted"', [], [[1]], {}, { a: null }])(
      'gives the result %j back as it was',
      async (value) => {
        await complete('ann', await claim('ann'), value);
        expect(await store.lookup(id)).toMatchObject({ status: 'completed', value });
      },
    );

    it('replays a terminal error with its code and facts', async () => {
      const epoch = await claim('ann');
      await store.dispatch(id, { type: 'fail', owner: 'ann', epoch, error, ttlMs: TTL_MS });

      expect(await store.dispatch(id, claimOf('bob'))).toEqual({ type: 'replayed', outcome: { type: 'error', error } });
      expect(await store.lookup(id)).toEqual({
        ...id,
        status: 'failed',
        fence: epoch,
        error,
        executedAtMs: START_MS,
        expiresAtMs: START_MS + TTL_MS,
      });
    });

    it('lets exactly one of 100 first callers in (I1)', async () => {
      const decisions = await Promise.all(
        Array.from({ length: 100 }, (_, index) => store.dispatch(id, claimOf(`caller ${index}`))),
      );

      const count = (type: string) => decisions.filter((decision) => decision.type === type).length;
      expect([count('accepted'), count('in_progress')]).toEqual([1, 99]);
    });

    it('lets exactly one of 20 callers replace an expired result (I6)', async () => {
      await complete('ann', await claim('ann'), 1);
      clock.atMs += TTL_MS;

      const decisions = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.dispatch(id, claimOf(`caller ${index}`, 'other'))),
      );

      const types = decisions.map(({ type }) => type).sort();
      expect(types).toEqual(['accepted', ...Array.from({ length: 19 }, () => 'in_progress')]);
    });

    it('tells the stored hash when the parameters differ (I5)', async () => {
      await claim('ann');
      expect(await store.dispatch(id, claimOf('bob', 'other'))).toEqual({ type: 'mismatched', storedHash: 'hash' });
    });

    it('keeps a claim that is renewed, and refuses its owner after a takeover (I3, I4)', async () => {
      const epoch = await claim('ann');
      clock.atMs += LEASE_MS - 1;
      await store.dispatch(id, { type: 'renew', owner: 'ann', epoch, leaseMs: LEASE_MS, ttlMs: TTL_MS });
      clock.atMs += LEASE_MS - 1;
      expect(await store.dispatch(id, claimOf('bob'))).toMatchObject({ type: 'in_progress', sinceMs: START_MS });
      clock.atMs += 1;
      const next = await claim('bob');

      expect(next).toBeGreaterThan(epoch);
      expect(await complete('ann', epoch, 'late')).toEqual({ type: 'stale' });
      await complete('bob', next, 'right');
      expect(await store.lookup(id)).toMatchObject({ status: 'completed', value: 'right', fence: next });
    });

    it('is free again after a release, under a higher fence', async () => {
      const epoch = await claim('ann');
      await store.dispatch(id, { type: 'release', owner: 'ann', epoch });

      expect(await store.lookup(id)).toBeUndefined();
      expect(fenceOf(await store.dispatch(id, claimOf('bob', 'other')))).toBeGreaterThan(epoch);
    });

    it('keeps operations apart (I13)', async () => {
      await claim('ann');
      expect(await store.dispatch({ ...id, operation: 'send' }, claimOf('bob'))).toMatchObject({ type: 'accepted' });
      expect(await store.dispatch({ operation: 'plan:c1', key: '2026-01-05' }, claimOf('bob'))).toMatchObject({
        type: 'accepted',
      });
    });

    it('commits a result with its transaction, or not at all (I12)', async () => {
      const epoch = await claim('ann');
      const failure = new Error('the business write failed');

      const failed = test.unitOfWork.transaction(async (tx) => {
        expect(await complete('ann', epoch, 1, tx)).toMatchObject({ type: 'accepted' });
        expect(await store.lookup(id, tx)).toMatchObject({ status: 'completed' });
        throw failure;
      });
      await expect(failed).rejects.toBe(failure);
      expect(await store.lookup(id)).toMatchObject({ status: 'running', owner: 'ann', fence: epoch, isLive: true });

      await test.unitOfWork.transaction((tx) => complete('ann', epoch, 2, tx));
      expect(await store.lookup(id)).toMatchObject({ status: 'completed', value: 2 });
    });

    it('takes a renewal inside the work of a transaction, which does not join it', async () => {
      const epoch = await claim('ann');
      clock.atMs += 10;
      let renewal: Promise<IdempotencyDecision> | undefined;
      const failure = new Error('rolled back');

      const failed = test.unitOfWork.transaction(async () => {
        renewal = store.dispatch(id, { type: 'renew', owner: 'ann', epoch, leaseMs: LEASE_MS, ttlMs: TTL_MS });
        throw failure;
      });

      await expect(failed).rejects.toBe(failure);
      expect(await renewal).toMatchObject({ type: 'accepted' });
      expect(await store.lookup(id)).toMatchObject({ leaseUntilMs: START_MS + 10 + LEASE_MS });
    });

    it('forgets a result and a dead claim, never a live one', async () => {
      expect(await store.forget(id)).toBe(false);
      const epoch = await claim('ann');
      expect(await store.forget(id)).toBe(false);
      expect(await store.lookup(id)).toMatchObject({ status: 'running' });

      await complete('ann', epoch, 1);
      expect(await store.forget(id)).toBe(true);
      expect(await store.lookup(id)).toBeUndefined();

      await claim('bob');
      clock.atMs += LEASE_MS;
      expect(await store.lookup(id)).toMatchObject({ status: 'running', isLive: false });
      expect(await store.forget(id)).toBe(true);
      expect(await store.lookup(id)).toBeUndefined();
    });

    it('sweeps what has expired, never a live claim (I7)', async () => {
      const key = (name: string) => ({ operation: 'plan', key: name });
      const done = fenceOf(await store.dispatch(key('done'), claimOf('ann')));
      await store.dispatch(key('done'), { type: 'complete', owner: 'ann', epoch: done, json: '1', ttlMs: 1_000 });
      await store.dispatch(key('dead'), claimOf('ann'));
      clock.atMs += LEASE_MS + TTL_MS;
      await store.dispatch(key('live'), claimOf('ann'));

      expect(await store.sweep()).toBe(2);
      expect(await store.sweep()).toBe(0);
      expect(await store.lookup(key('live'))).toMatchObject({ status: 'running', isLive: true });
    });

    it('sweeps no more than it is asked to at a time', async () => {
      for (const name of ['a', 'b', 'c']) {
        const epoch = fenceOf(await store.dispatch({ operation: 'o', key: name }, claimOf('ann')));
        await store.dispatch({ operation: 'o', key: name }, { type: 'release', owner: 'ann', epoch });
      }
      clock.atMs += 1;

      expect([await store.sweep(2), await store.sweep(2), await store.sweep(2)]).toEqual([2, 1, 0]);
    });

    it('refuses a swept owner', async () => {
      const epoch = await claim('ann');
      clock.atMs += LEASE_MS + TTL_MS;
      await store.sweep();

      expect(await complete('ann', epoch, 1)).toEqual({ type: 'stale' });
    });

    it('does not let a clock that was set back lengthen anything (I10)', async () => {
      await claim('ann');
      clock.atMs += LEASE_MS;
      const epoch = await claim('bob');
      clock.atMs -= 300_000;

      // The database's clock never goes behind the last instant it gave.
      expect(await store.dispatch(id, claimOf('eve'))).toMatchObject({ type: 'in_progress' });
      expect(await store.lookup(id)).toMatchObject({ fence: epoch, leaseUntilMs: START_MS + 2 * LEASE_MS });
    });
  });
}
