import {
  decideIdempotency,
  evolveIdempotency,
  isSweepable,
  type IdempotencyDecision,
  type IdempotencyRequest,
  type IdempotencyState,
} from '@eros/domain';
import fc from 'fast-check';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { CLOCK_LAG_MS_MAX } from '../sqlite/sqlite-clock.js';
import { openTestSqlite } from '../testing/each-database.js';
import { stateFromRow, type IdempotencyRow } from './idempotency-row.js';
import { SqlIdempotencyStore } from './idempotency-store.js';

const LEASE_MS = 2_000;
const TTL_MS = 5_000;
const id = { operation: 'plan', key: 'c1' };
const error = { name: 'CardDeclinedError', message: 'declined', facts: {} };

/** The machine alone, with the row that sweeping deletes: what the store's statements must amount to. */
class Machine {
  state: IdempotencyState = { status: 'none' };

  dispatch(request: IdempotencyRequest, atMs: number): IdempotencyDecision {
    const decision = decideIdempotency({ ...request, atMs }, this.state);
    if (decision.type === 'accepted') this.state = evolveIdempotency(this.state, decision.event);
    return decision;
  }

  sweep(atMs: number): number {
    if (!isSweepable(this.state, atMs)) return 0;
    this.state = { status: 'none' };
    return 1;
  }
}

type Step =
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'claim'; readonly owner: string; readonly paramsHash: string; readonly isJoined: boolean }
  /** By the claim so many before the last one; `isOther`: under that claim's epoch, but another's name. */
  | {
      readonly type: 'renew' | 'complete' | 'fail' | 'release';
      readonly back: number;
      readonly isOther: boolean;
      readonly isJoined: boolean;
    }
  | { readonly type: 'forget'; readonly isJoined: boolean }
  | { readonly type: 'sweep' };

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({
      type: fc.constant('wait'),
      ms: fc.constantFrom(0, 1, CLOCK_LAG_MS_MAX, CLOCK_LAG_MS_MAX + 1, LEASE_MS - 1, LEASE_MS, TTL_MS, 9_000),
    }),
    fc.record({
      type: fc.constant('claim'),
      // Few names, so that one comes twice under different epochs.
      owner: fc.constantFrom('ann', 'bob'),
      paramsHash: fc.constantFrom('p', 'p', 'q'),
      isJoined: fc.boolean(),
    }),
    fc.record({
      type: fc.constantFrom('renew', 'complete', 'fail', 'release'),
      back: fc.constantFrom(0, 0, 0, 1, 2),
      isOther: fc.constantFrom(false, false, false, true),
      isJoined: fc.boolean(),
    }),
    fc.record({ type: fc.constant('forget'), isJoined: fc.boolean() }),
    fc.record({ type: fc.constant('sweep') }),
  ),
  { maxLength: 40, size: 'max' },
);

describe('the statements of timing_idempotency', () => {
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  let database: SqliteDatabase;
  let close: () => Promise<void>;
  beforeAll(async () => {
    clock.atMs = Date.UTC(2026, 0, 5, 12);
    ({ database, close } = await openTestSqlite({ clock, path: ':memory:', driver: 'better-sqlite3' }));
  });
  afterAll(() => close());

  const storedState = async (): Promise<IdempotencyState> => {
    const [row] = await database.on().all<IdempotencyRow>('SELECT * FROM timing_idempotency');
    return row ? stateFromRow(row) : { status: 'none' };
  };

  it('decide and write what the machine decides, whether one statement does it or a transaction', async () => {
    const store = new SqlIdempotencyStore(database);
    const property = fc.asyncProperty(steps, async (script) => {
      await database.on().run('DELETE FROM timing_idempotency');
      const machine = new Machine();
      const claims: { owner: string; epoch: number }[] = [];
      const dispatch = (request: IdempotencyRequest, isJoined: boolean) =>
        isJoined ? database.transaction((tx) => store.dispatch(id, request, tx)) : store.dispatch(id, request);
      const compare = async (request: IdempotencyRequest, isJoined: boolean) => {
        const expected = machine.dispatch(request, clock.atMs);
        expect(await dispatch(request, isJoined)).toEqual(expected);
        expect(await storedState()).toEqual(machine.state);
        return expected;
      };

      for (const step of script) {
        switch (step.type) {
          case 'wait':
            clock.atMs += step.ms;
            break;
          case 'claim': {
            const { owner, paramsHash, isJoined } = step;
            const claim = { type: 'claim', owner, paramsHash, leaseMs: LEASE_MS, ttlMs: TTL_MS } as const;
            const decision = await compare(claim, isJoined);
            if (decision.type !== 'accepted' || decision.event.type !== 'claimed') break;
            claims.push({ owner, epoch: decision.event.epoch });
            break;
          }
          case 'forget':
            await compare({ type: 'forget' }, step.isJoined);
            break;
          case 'sweep':
            expect(await store.sweep()).toBe(machine.sweep(clock.atMs));
            expect(await storedState()).toEqual(machine.state);
            break;
          default: {
            const claim = claims.at(-1 - step.back);
            if (!claim) break;
            const holder = step.isOther ? { ...claim, owner: 'eve' } : claim;
            const request = {
              renew: { type: 'renew', leaseMs: LEASE_MS, ttlMs: TTL_MS, ...holder } as const,
              complete: { type: 'complete', json: '{"id":1}', ttlMs: TTL_MS, ...holder } as const,
              fail: { type: 'fail', error, ttlMs: TTL_MS, ...holder } as const,
              release: { type: 'release', ...holder } as const,
            }[step.type];
            await compare(request, step.isJoined);
          }
        }
      }
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
