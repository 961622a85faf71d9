import type { UnitOfWork } from '../storage/index.js';
import { DEFAULT_BREAKER_POLICY, type BreakerPolicy } from './breaker-policy.js';
import type { BreakerStore, UntimedBreakerCommand } from './breaker-store.js';

const policy: BreakerPolicy = {
  ...DEFAULT_BREAKER_POLICY,
  failureThreshold: 3,
  cooldownMs: 1_000,
  successThreshold: 2,
};
const START_MS = Date.UTC(2026, 10, 22, 12);
const failure = { type: 'settle', outcome: 'failure', cause: 'Error: no' } as const;
const success = { type: 'settle', outcome: 'success' } as const;
const admit = (permitId: string): UntimedBreakerCommand => ({ type: 'admit', permitId });
const why = { by: "o'hara 🧀", reason: 'their "maintenance"' };
const hold = { type: 'hold', as: 'open', ...why } as const;

/** What every breaker store promises. `open` gives a store whose database goes by the clock given. */
export function breakerStoreContract(
  open: (clock: {
    nowMs(): number;
  }) => Promise<{ store: BreakerStore; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('breaker store', () => {
    let store: BreakerStore;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    let nowMs: number;
    beforeEach(async () => {
      nowMs = START_MS;
      ({ store, unitOfWork, close } = await open({ nowMs: () => nowMs }));
    });
    afterEach(() => close());

    const dispatch = (command: UntimedBreakerCommand) => store.dispatch('pay', command, policy);
    const stored = async () => (await store.read('pay')).breaker;
    const openIt = async () => {
      for (let i = 0; i < policy.failureThreshold; i += 1) await dispatch(failure);
    };

    it('knows nothing of a breaker that nothing was told of', async () => {
      expect(await store.read('pay')).toEqual({ breaker: undefined, atMs: START_MS });
      expect(await store.readAll()).toEqual({ breakers: new Map(), unreadable: [], atMs: START_MS });
      expect(await store.list()).toEqual([]);
      expect(await store.listReadable()).toEqual({ breakers: [], unreadable: [] });
    });

    it('gives back what it decided, in every state', async () => {
      const seen = new Set<string>();
      const agree = async (command: UntimedBreakerCommand) => {
        const { breaker } = await dispatch(command);
        expect(await stored()).toEqual(breaker);
        expect((await store.readAll()).breakers.get('pay')).toEqual(breaker);
        seen.add(breaker.state);
      };
      await agree(failure);
      await agree(failure);
      await agree(failure);
      nowMs += 1_000;
      await agree(admit('a'));
      const { generation = 0 } = (await stored()) ?? {};
      await agree({ ...success, ticket: { generation, permitId: 'a' } });
      await agree(admit('b'));
      await agree({ ...success, ticket: { generation, permitId: 'b' } });
      await agree(failure);
      expect([...seen]).toEqual(['closed', 'open', 'half_open']);
    });

    it('knows from the first failure since when a breaker has been closed', async () => {
      await dispatch(failure);
      nowMs += 61_000;
      const [health] = await store.list();
      expect(health).toMatchObject({ state: 'closed', failureCount: 1, minutesInState: 1, lastFailure: 'Error: no' });
    });

    it('writes nothing for a refusal, nor for what changes nothing', async () => {
      expect((await dispatch(admit('a'))).decision).toEqual({ type: 'accepted', events: [] });
      expect(await stored()).toBeUndefined();
      await openIt();
      const before = await stored();
      expect((await dispatch(admit('a'))).decision).toEqual({ type: 'refused', retryAfterMs: 1_000 });
      await dispatch(failure);
      expect(await stored()).toEqual(before);
    });

    it('loses no failure of many at the same time', async () => {
      const patient = { ...policy, failureThreshold: 100 };
      await Promise.all(Array.from({ length: 20 }, () => store.dispatch('pay', failure, patient)));
      expect(await stored()).toMatchObject({ state: 'closed', failureCount: 20 });
    });

    it('opens once, however many failures come together', async () => {
      const steps = await Promise.all(Array.from({ length: 20 }, () => dispatch(failure)));
      const events = steps.flatMap(({ decision }) => (decision.type === 'accepted' ? decision.events : []));
      expect(events.filter(({ type }) => type === 'opened')).toHaveLength(1);
      expect(await stored()).toMatchObject({ state: 'open', generation: 2, openUntilMs: START_MS + 1_000 });
    });

    it('gives one permit to many who ask together, and again once it has ended', async () => {
      await openIt();
      nowMs += 1_000;
      const ask = async (round: string) => {
        const steps = await Promise.all(Array.from({ length: 10 }, (_, i) => dispatch(admit(`${round}${i}`))));
        return steps.filter(({ decision }) => decision.type === 'accepted').length;
      };
      expect(await ask('first')).toBe(1);
      nowMs += policy.probeTimeoutMs - 1;
      expect(await ask('early')).toBe(0);
      nowMs += 1;
      expect(await ask('second')).toBe(1);
    });

    it('lets no result of an older generation count', async () => {
      await openIt();
      const before = await stored();
      await dispatch({ ...failure, ticket: { generation: 1 } });
      await store.flushCalls(
        'pay',
        { successes: 0, failures: 0, closed: { generation: 1, count: 5, sinceLastMs: 0 } },
        policy,
      );
      expect(await stored()).toEqual(before);
    });

    it('goes by its database, whose time never runs back', async () => {
      await openIt();
      nowMs -= 3_600_000;
      expect((await dispatch(admit('a'))).decision).toEqual({ type: 'refused', retryAfterMs: 1_000 });
    });

    it('counts flushed calls of the last five minutes and ends a run of failures by them', async () => {
      await dispatch(failure);
      nowMs += 2_000;
      const closed = { generation: 1, count: 4, sinceLastMs: 500 };
      await store.flushCalls('pay', { successes: 4, failures: 1, closed }, policy);
      expect(await stored()).toMatchObject({ failureCount: 0, successCount: 4, lastSuccessAtMs: START_MS + 1_500 });
      nowMs += 240_000;
      await store.flushCalls('pay', { successes: 0, failures: 3 }, policy);
      await store.flushCalls('other', { successes: 7, failures: 0 }, policy);
      expect(await store.list()).toMatchObject([
        { name: 'other', recentCalls: 7, recentSuccessRatePct: 100, state: 'closed', generation: 1 },
        { name: 'pay', recentCalls: 8, recentSuccessRatePct: 50 },
      ]);
      nowMs += 70_000;
      expect((await store.list())[1]).toMatchObject({ recentCalls: 3, recentSuccessRatePct: 0 });
      nowMs += 300_000;
      expect((await store.list())[1]).toMatchObject({ recentCalls: 0, recentSuccessRatePct: undefined });
    });

    it('does not end a run by successes from before it, told late', async () => {
      nowMs += 10_000;
      await dispatch(failure);
      const closed = { generation: 1, count: 4, sinceLastMs: 1 };
      await store.flushCalls('pay', { successes: 4, failures: 0, closed }, policy);
      expect(await stored()).toMatchObject({ failureCount: 1, successCount: 0 });
    });

    it('keeps breakers apart, whatever their names', async () => {
      const names = ['pay', 'PAY', ' pay', "o'hara", 'käse 🧀', '100%', '__proto__'];
      for (const name of names) await store.dispatch(name, failure, policy);
      await store.dispatch('pay', failure, policy);
      const { breakers } = await store.readAll();
      expect([...breakers.keys()].sort()).toEqual([...names].sort());
      expect(breakers.get('pay')?.failureCount).toBe(2);
      expect(breakers.get('__proto__')?.failureCount).toBe(1);
    });

    it('keeps what operators ordered, and what is under it', async () => {
      const agree = async (command: UntimedBreakerCommand) => {
        const { breaker } = await dispatch(command);
        expect(await stored()).toEqual(breaker);
        return breaker;
      };
      await openIt();
      nowMs += 400;
      await agree({ ...hold, untilMs: nowMs + 5_000 });
      await agree({ ...hold, as: 'closed', by: 'ben' });
      expect((await store.list())[0]).toMatchObject({ state: 'closed', holds: [why, { by: 'ben' }] });
      await agree({ type: 'release', by: 'ben', reason: 'done' });
      expect((await dispatch(admit('a'))).decision).toMatchObject({ type: 'held', hold: why });
      await dispatch(failure);
      nowMs += 5_000;
      // It had 600 ms left when it was held, and the hold has just ended by itself.
      expect((await dispatch(admit('a'))).decision).toEqual({ type: 'refused', retryAfterMs: 600 });
      nowMs += 600;
      await agree(admit('a'));
      await agree(hold);
      const released = await agree({ type: 'release', ...why });
      expect(released).toMatchObject({ state: 'half_open', permits: [{ id: 'a' }], held: undefined });
      expect(await agree({ type: 'reset', ...why })).toMatchObject({ state: 'closed', failureCount: 0 });
    });

    it('goes by its own time for the end of a hold', async () => {
      await dispatch({ ...hold, untilMs: START_MS + 1_000 });
      nowMs += 999;
      expect((await dispatch(admit('a'))).decision).toMatchObject({ type: 'held' });
      nowMs += 1;
      expect((await dispatch(admit('a'))).decision).toMatchObject({ type: 'accepted' });
      expect((await store.history('pay')).at(-1)).toMatchObject({ cause: 'hold_over', atMs: START_MS + 1_000 });
    });

    it('lays no hold whose end has come before the order', async () => {
      expect((await dispatch({ ...hold, untilMs: START_MS })).decision).toEqual({ type: 'hold_over' });
      expect(await stored()).toBeUndefined();
      expect(await store.history('pay')).toEqual([]);
    });

    it('writes nothing for a release where nobody holds it', async () => {
      expect((await dispatch({ type: 'release', ...why })).decision).toEqual({ type: 'not_held' });
      expect(await stored()).toBeUndefined();
    });

    it('keeps votes until a quorum has come together, and how often it has reopened', async () => {
      const three = { ...policy, quorum: 3, cooldownFactor: 2 };
      const vote = (node: string) =>
        store.dispatch('pay', { ...failure, tripped: 'failure_rate', node }, three).then(({ breaker }) => breaker);
      await store.dispatch('pay', failure, three);
      expect(await vote('n1')).toMatchObject({ state: 'closed', failureCount: 2 });
      expect(await vote('n2')).toEqual(await stored());
      expect(await vote('n2')).toMatchObject({ votes: [{ node: 'n1' }, { node: 'n2' }] });
      expect(await vote('n3')).toMatchObject({ state: 'open', openUntilMs: START_MS + 1_000 });
      nowMs += 1_000;
      const reopened = (await store.dispatch('pay', failure, three)).breaker;
      expect(reopened).toMatchObject({ state: 'open', reopenings: 1, openUntilMs: nowMs + 2_000 });
      expect(await stored()).toEqual(reopened);
    });

    it('has one entry in the history for each transition, whoever came together', async () => {
      const told = Array.from({ length: 20 }, (_, i) => dispatch({ ...failure, node: `n${i}` }));
      await Promise.all(told);
      nowMs += 1_000;
      await Promise.all(Array.from({ length: 10 }, (_, i) => dispatch({ ...admit(`p${i}`), node: 'n0' })));
      await dispatch({ ...hold, node: 'n1' });
      await store.dispatch('other', { type: 'reset', ...why }, policy);
      const history = await store.history('pay');
      expect(history).toMatchObject([
        { name: 'pay', generation: 2, from: 'closed', to: 'open', cause: 'failures_in_a_row', reason: 'Error: no' },
        { generation: 3, from: 'open', to: 'half_open', cause: 'cooldown_over', node: 'n0', atMs: START_MS + 1_000 },
        { generation: 4, from: 'half_open', to: 'open', cause: 'hold', node: 'n1', ...why },
      ]);
      expect(history[1]).toMatchObject({ by: undefined, reason: undefined });
      expect(await store.history('pay', { afterGeneration: 2 })).toEqual(history.slice(1));
      expect(await store.history('pay', { limit: 2 })).toEqual(history.slice(1));
      expect(await store.history('other')).toMatchObject([{ cause: 'reset', node: undefined }]);
      expect(await store.history('nobody')).toEqual([]);
    });

    it('takes a transition and its entry back together', async () => {
      await dispatch({ type: 'reset', ...why });
      const attempt = unitOfWork.transaction(async (tx) => {
        await store.dispatch('pay', hold, policy, tx);
        expect(await store.history('pay', {}, tx)).toHaveLength(2);
        throw new Error('back');
      });
      await expect(attempt).rejects.toThrow('back');
      expect(await store.history('pay')).toMatchObject([{ cause: 'reset' }]);
    });

    it('joins a transaction that is passed, and goes back with it', async () => {
      const attempt = unitOfWork.transaction(async (tx) => {
        await store.dispatch('pay', failure, policy, tx);
        await store.flushCalls('pay', { successes: 1, failures: 1 }, policy, tx);
        expect((await store.read('pay', tx)).breaker?.failureCount).toBe(1);
        expect((await store.readAll(tx)).breakers.size).toBe(1);
        expect((await store.list(tx))[0]?.recentCalls).toBe(2);
        throw new Error('back');
      });
      await expect(attempt).rejects.toThrow('back');
      expect(await store.list()).toEqual([]);
    });

    it('keeps a failure told inside a transaction that is rolled back', async () => {
      let told: Promise<unknown> | undefined;
      const attempt = unitOfWork.transaction(async () => {
        told = dispatch(failure);
        throw new Error('back');
      });
      await expect(attempt).rejects.toThrow('back');
      await told;
      expect(await stored()).toMatchObject({ failureCount: 1 });
    });
  });
}
