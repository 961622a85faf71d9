import {
  BREAKERS_CHANGED,
  breakerPolicy,
  eventsOf,
  newCircuitBreaker,
  stepBreaker,
  transitionsOf,
  type BreakerPolicy,
  type BreakerStore,
  type BreakerTransition,
  type CircuitBreaker,
  type UntimedBreakerCommand,
} from '@eros/domain';
import fc from 'fast-check';
import { MemoryBreakerStore } from './memory/breaker-store.js';
import { SqlBreakerStore } from './sql/breaker-store.js';
import type { SqlDatabase, SqlSession } from './sql/sql-database.js';
import { eachDatabase } from './testing/each-database.js';

const START_MS = Date.UTC(2026, 10, 22, 12);
const limits = { failureThreshold: 3, successThreshold: 1, cooldownMs: 300, cooldownFactor: 2, probeTimeoutMs: 200 };
const policies = [
  breakerPolicy('pay', limits),
  breakerPolicy('pay', { ...limits, quorum: 2, quorumWindowMs: 400 }),
] as const;

/** The machine alone, told the same at the same time: what the store's statements must amount to. */
class Machine {
  breaker: CircuitBreaker | undefined;
  history: BreakerTransition[] = [];

  constructor(
    private readonly name: string,
    private readonly policy: BreakerPolicy,
  ) {}

  dispatch(command: UntimedBreakerCommand, atMs: number) {
    const before = this.breaker ?? newCircuitBreaker(atMs);
    const { decision, breaker } = stepBreaker({ ...command, atMs }, before, this.policy);
    const events = eventsOf(decision);
    if (events.length > 0) this.breaker = breaker;
    const transitions = transitionsOf(this.name, before, events, command.node);
    this.history.push(...transitions);
    return { decision, breaker, atMs, transitions };
  }
}

/** `back`: under a ticket of so many generations ago. */
type Step =
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'tell'; readonly command: UntimedBreakerCommand; readonly back?: number };

const node = fc.constantFrom('n1', 'n2', 'n3');
const who = fc.constantFrom('ana', 'ben');
const tell = (command: fc.Arbitrary<UntimedBreakerCommand>): fc.Arbitrary<Step> =>
  command.map((each) => ({ type: 'tell', command: each }));
const failures: fc.Arbitrary<Step> = fc
  .record({
    node,
    since: fc.constantFrom(undefined, 0, 1, 50, 300),
    cause: fc.constantFrom(undefined, "Error: no 'luck'"),
    failures: fc.constantFrom(1, 1, 2),
    isFound: fc.constantFrom(false, false, true),
    back: fc.constantFrom(undefined, 0, 0, 1),
  })
  .map(({ node: from, since, cause, failures: count, isFound, back }) => ({
    type: 'tell',
    ...(back === undefined ? {} : { back }),
    command: {
      type: 'settle',
      outcome: 'failure',
      node: from,
      failures: count,
      ...(since === undefined ? {} : { sinceOwnSuccessMs: since }),
      ...(cause === undefined ? {} : { cause }),
      ...(isFound ? { tripped: 'slow_calls' as const } : {}),
    },
  }));
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: failures },
    // Both sides of each limit, and of how far a stored clock may stand behind.
    { weight: 4, arbitrary: fc.constantFrom(0, 1, 50, 199, 200, 300, 600).map((ms): Step => ({ type: 'wait', ms })) },
    { weight: 2, arbitrary: tell(fc.nat(99).map((id) => ({ type: 'admit', permitId: `p${id}` }))) },
    {
      weight: 2,
      arbitrary: tell(fc.constantFrom('success', 'neither').map((outcome) => ({ type: 'settle', outcome }))),
    },
    {
      weight: 1,
      arbitrary: tell(
        fc
          .tuple(who, fc.constantFrom('open' as const, 'closed' as const))
          .map(([by, as]) => ({ type: 'hold', as, by, reason: 'a test' })),
      ),
    },
    { weight: 1, arbitrary: tell(who.map((by) => ({ type: 'release', by, reason: 'a test' }))) },
    { weight: 1, arbitrary: tell(who.map((by) => ({ type: 'reset', by, reason: 'a test' }))) },
  ),
  { minLength: 1, maxLength: 30 },
);

eachDatabase((open) => {
  describe('what a store of breakers decides and keeps', () => {
    it('is what the machine decides, command for command', async () => {
      let nowMs = START_MS;
      const test = await open({ nowMs: () => nowMs });
      const store: BreakerStore =
        test.kind === 'memory' ? new MemoryBreakerStore(test.database) : new SqlBreakerStore(test.database);
      let runs = 0;
      const property = fc.asyncProperty(fc.constantFrom(...policies), steps, async (policy, script) => {
        const name = `pay ${(runs += 1)}`;
        const machine = new Machine(name, policy);
        for (const each of script) {
          if (each.type === 'wait') {
            nowMs += each.ms;
            continue;
          }
          const generation = (machine.breaker?.generation ?? 1) - (each.back ?? 0);
          const command = each.back === undefined ? each.command : { ...each.command, ticket: { generation } };
          const taken = await store.dispatch(name, command, policy);
          expect(taken).toEqual(machine.dispatch(command, nowMs));
        }
        expect((await store.read(name)).breaker).toEqual(machine.breaker);
        expect(await store.history(name)).toEqual(machine.history);
      });
      await fc.assert(property, { numRuns: test.kind === 'memory' ? 1_000 : 60 });
      await test.close();
    });

    it('is told to others when, and only when, a transition is committed', async () => {
      const { database, close, kind } = await open();
      const store = kind === 'memory' ? new MemoryBreakerStore(database) : new SqlBreakerStore(database);
      const heard: (string | undefined)[] = [];
      let hear: () => void = () => undefined;
      const news = new Promise<void>((resolve) => (hear = resolve));
      const stop = await database.changes.subscribe((topic) => {
        heard.push(topic);
        hear();
      });
      const [policy] = policies;
      await store.dispatch('pay', { type: 'settle', outcome: 'failure' }, policy);
      const attempt = database.transaction(async (tx) => {
        await store.dispatch('pay', { type: 'reset', by: 'ana', reason: 'a test' }, policy, tx);
        throw new Error('back');
      });
      await expect(attempt).rejects.toThrow('back');
      await store.dispatch('pay', { type: 'reset', by: 'ana', reason: 'a test' }, policy);
      await news;
      // SQLite tells that something was committed, not what.
      if (heard[0] !== undefined) expect(heard).toEqual([BREAKERS_CHANGED]);
      stop();
      await close();
    });

    it('counts a failure by one statement', async () => {
      const test = await open();
      if (test.kind === 'sql') {
        const { database } = test;
        await new SqlBreakerStore(database).dispatch('pay', { type: 'reset', by: 'ana', reason: 'a row' }, policies[0]);
        const { apart } = database;
        let asked = 0;
        const counting: SqlSession = {
          all: (sql, params) => apart.all(sql, params),
          run: (sql, params) => apart.run(sql, params),
          returning: (statement) => {
            asked += 1;
            return apart.returning(statement);
          },
          writeNow: () => Promise.reject(new Error('another statement')),
          writeNowIfFree: () => Promise.reject(new Error('another statement')),
        };
        const watched: SqlDatabase = Object.create(database, {
          apart: { value: counting },
          transaction: { value: () => Promise.reject(new Error('a transaction')) },
        });
        const store = new SqlBreakerStore(watched);
        const patient = breakerPolicy('pay', { failureThreshold: 100 });
        for (const more of [
          {},
          { sinceOwnSuccessMs: 60_000 },
          { ticket: { generation: 2 } },
          { failures: 3, cause: 'x' },
        ]) {
          await store.dispatch('pay', { type: 'settle', outcome: 'failure', ...more }, patient);
        }
        expect(asked).toBe(4);
        expect((await store.read('pay')).breaker).toMatchObject({ failureCount: 6, lastFailure: 'x' });
      }
      await test.close();
    });
  });
});
