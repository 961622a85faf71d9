import type { SagaStep } from './definition.js';
import { codeOf, gate, of, request } from './testing/saga-parts.js';
import { SagaWorld } from './testing/saga-world.js';

/** The defaults: leases of 8 s, renewed after 2,666 ms, and transactions of 2 s at the most. */
const LEASE_MS = 8_000;
const DUE_MS = 2_666;

describe('renewals beside transactions', () => {
  let world: SagaWorld;
  let startMs: number;
  let renewals: string[];
  beforeEach(() => {
    world = new SagaWorld();
    startMs = world.nowMs;
    renewals = [];
    const renew = world.store.renew.bind(world.store);
    world.store.renew = (held) => {
      renewals.push(`${held.sagaId} at ${world.nowMs - startMs}`);
      return renew(held);
    };
  });

  const takes = (ms: number) => new Promise<void>((resolve) => void world.schedule(resolve, ms));
  const effect = (name: string, ms: number): SagaStep<unknown> => ({ name, execute: () => takes(ms) });
  const transaction = (name: string, ms: number): SagaStep<unknown> => ({
    name,
    kind: 'transaction',
    execute: async ({ tx }) => {
      await takes(ms);
      await world.count(name, 1, tx);
    },
  });
  const untilMs = (sagaId: string) =>
    world.database.on().table<{ lease?: { untilMs: number } }>('saga_execution_log').get(sagaId)?.lease?.untilMs;

  it('wait for its commit, which is one: the next is due a third of a lease later', async () => {
    const { sagas } = world.engine('a');
    const saga = sagas.define(of(effect('before', 2_000), transaction('t', 1_500), effect('after', 6_000)));
    await world.settle(saga.start(request('s')));
    await world.pass(3_500);
    expect(untilMs('s')).toBe(startMs + 3_500 + LEASE_MS);
    await world.settle(saga.run(request('s')));
    expect(renewals).toEqual([3_500 + DUE_MS, 3_500 + 2 * DUE_MS].map((ms) => `s at ${ms}`));
    expect(world.counted('t')).toBe(1);
  });

  it('come at once when it is rolled back', async () => {
    const { sagas } = world.engine('a');
    const failing: SagaStep<unknown> = {
      name: 't',
      kind: 'transaction',
      retry: { attempts: 2, delayMs: 1_000, jitter: 0 },
      execute: async ({ attempt }) => {
        if (attempt > 1) return;
        await takes(1_500);
        throw new Error('not yet');
      },
    };
    const saga = sagas.define(of(effect('before', 2_000), failing, effect('after', 1_000)));
    await world.settle(saga.run(request('s')));
    expect(renewals).toEqual(['s at 3500']);
  });

  it('come when two thirds of the lease are over, though it is still open', async () => {
    const { sagas } = world.engine('a', { settings: { renewEveryMs: LEASE_MS / 2 } });
    const saga = sagas.define(of(effect('before', 3_900), transaction('t', 1_900)));
    await world.settle(saga.run(request('s')));
    expect(renewals).toEqual(['s at 5333']);
  });

  it('of other sagas do not wait', async () => {
    const { sagas } = world.engine('a');
    const one = sagas.define(of(effect('before', 2_000), transaction('t', 1_500)));
    const other = sagas.define({ ...of(effect('long', 4_000)), name: 'other' });
    await world.settle(Promise.all([one.run(request('s-1')), other.run(request('s-2'))]));
    expect(renewals).toEqual([`s-2 at ${DUE_MS}`]);
  });

  it('delay no close, which waits for the transaction only', async () => {
    const { sagas } = world.engine('a');
    const saga = sagas.define(of(effect('before', 2_000), transaction('t', 1_500), effect('after', 6_000)));
    const end = codeOf(saga.run(request('s')));
    await world.pass(3_000);
    await world.settle(sagas.close());
    expect([world.nowMs - startMs, world.ownerOf('s'), world.counted('t')]).toEqual([3_500, undefined, 1]);
    expect(await world.settle(end)).toBe('saga_handed_back');
    expect(renewals).toEqual([]);
  });

  it('that fail after its commit lose the saga a lease after that was asked for', async () => {
    const { sagas, cutOff } = world.engine('a');
    cutOff(['renew']);
    const { work, contexts, open } = gate();
    const long: SagaStep<unknown> = { name: 'long', timeoutMs: 60_000, execute: work };
    const saga = sagas.define<unknown>({
      ...{ name: 'group', version: 1 },
      steps: [{ parallel: [long, transaction('t', 1_500)] }],
    });
    await world.settle(saga.start(request('s')));
    await world.pass(1_500 + LEASE_MS - 1);
    expect(contexts[0]?.signal.aborted).toBe(false);
    await world.pass(1);
    expect(contexts[0]?.signal.aborted).toBe(true);
    open();
    await world.settle(sagas.close());
  });
});
