import { breakerHealth, isUnhealthyBreaker, type BreakerHealth } from './breaker-health.js';
import { newCircuitBreaker, type CircuitBreaker } from './circuit-breaker.js';

const NONE = { successes: 0, failures: 0 };
const fresh = newCircuitBreaker(0);

describe('the health of a breaker', () => {
  it('is that of the documented view, and more', () => {
    const { runStartedAtMs: _, ...tally } = { runStartedAtMs: 0, ...fresh, failureCount: 5, lastFailureAtMs: 90_000 };
    const open: CircuitBreaker = { ...tally, state: 'open', openUntilMs: 120_000, lastFailure: 'Error: no' };
    expect(breakerHealth('pay', open, { successes: 2, failures: 1 }, 119_999)).toEqual({
      name: 'pay',
      state: 'open',
      failureCount: 5,
      successCount: 0,
      successRatePct: 0,
      lastFailureAtMs: 90_000,
      lastSuccessAtMs: undefined,
      minutesInState: 1,
      recentCalls: 3,
      recentSuccessRatePct: 66.67,
      generation: 1,
      openUntilMs: 120_000,
      reopenings: 0,
      holds: [],
      permitsOut: 0,
      lastFailure: 'Error: no',
    });
  });

  it('has a documented rate of 100 and no recent one when nothing was counted', () => {
    const health = breakerHealth('x', fresh, NONE, 0);
    expect(health).toMatchObject({ successRatePct: 100, recentCalls: 0, recentSuccessRatePct: undefined });
  });

  it('shows what operators ordered, until it ends by itself', () => {
    const { runStartedAtMs: _, ...tally } = { runStartedAtMs: 0, ...fresh };
    const hold = { as: 'closed', by: 'ana', reason: 'a test', sinceMs: 10, untilMs: 60_010 } as const;
    const held: CircuitBreaker = { ...tally, state: 'open', openUntilMs: 20, held: { sinceMs: 10, holds: [hold] } };
    const before = breakerHealth('x', held, NONE, 60_009);
    expect(before).toMatchObject({ state: 'closed', holds: [hold], openUntilMs: undefined, generation: 1 });
    const after = breakerHealth('x', held, NONE, 60_010);
    expect(after).toMatchObject({ state: 'open', holds: [], openUntilMs: 60_020, generation: 2 });
  });

  it('counts the trial calls that are out now', () => {
    const permits = [
      { id: 'ended', untilMs: 10 },
      { id: 'out', untilMs: 11 },
    ];
    const { runStartedAtMs: _, ...tally } = { runStartedAtMs: 0, ...fresh };
    expect(breakerHealth('x', { ...tally, state: 'half_open', permits }, NONE, 10).permitsOut).toBe(1);
  });

  it.each<[string, Partial<BreakerHealth>, boolean]>([
    ['unreadable', { state: 'unreadable' }, true],
    ['open', { state: 'open' }, true],
    ['half-open for 31 minutes', { state: 'half_open', minutesInState: 31 }, true],
    ['half-open for 30 minutes', { state: 'half_open', minutesInState: 30 }, false],
    ['closed for long', { minutesInState: 3_000 }, false],
    ['under 80 % over 20 calls', { recentCalls: 20, recentSuccessRatePct: 79.99 }, true],
    ['at 80 %', { recentCalls: 20, recentSuccessRatePct: 80 }, false],
    ['under 80 % over 19 calls', { recentCalls: 19, recentSuccessRatePct: 0 }, false],
    ['right after one failure', { failureCount: 1, successRatePct: 0 }, false],
  ])('%s', (_, change, expected) => {
    expect(isUnhealthyBreaker({ ...breakerHealth('x', fresh, NONE, 0), ...change })).toBe(expected);
  });
});
