import fc from 'fast-check';
import type { HistoryTally, WindowSums } from './history-tally.js';
import { scoreChanges, scoreHorizon } from './saturation-opportunity.js';
import type { PerformanceChanges } from './saturation-opportunity.js';

const nothing: PerformanceChanges = {
  revenue: undefined,
  viewRate: undefined,
  purchaseRate: undefined,
  audience: undefined,
  volatility: undefined,
};

// Predecessor facts, 2.2, with the mirror of each line.
it.each([
  [{}, 50, 50],
  [{ revenue: -0.16 }, 70, 30],
  [{ revenue: 0.16 }, 30, 70],
  [{ revenue: -0.15 }, 50, 50],
  [{ revenue: 0.15 }, 50, 50],
  [{ viewRate: -0.11 }, 65, 35],
  [{ viewRate: 0.11 }, 35, 65],
  [{ viewRate: 0.06 }, 50, 65],
  [{ viewRate: -0.06 }, 50, 35],
  [{ purchaseRate: -0.11 }, 60, 40],
  [{ purchaseRate: 0.11 }, 40, 60],
  [{ purchaseRate: 0.06 }, 50, 60],
  [{ audience: 0.11 }, 50, 65],
  [{ audience: -0.11 }, 50, 35],
  [{ volatility: 0.61 }, 65, 50],
  [{ volatility: 0.6 }, 50, 50],
  [{ volatility: 0.2 }, 50, 50],
  [{ volatility: 0.19 }, 35, 50],
  [{ revenue: -1, viewRate: -1, purchaseRate: -1, audience: -1, volatility: 2 }, 100, 0],
  [{ revenue: 1, viewRate: 1, purchaseRate: 1, audience: 1, volatility: 0 }, 0, 100],
])('%j: saturation %d, opportunity %d', (changes, saturation, opportunity) => {
  expect(scoreChanges({ ...nothing, ...changes })).toEqual({ saturation, opportunity });
});

const change = fc.option(
  fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0.05, 0.1, 0.15, -0.05, -0.1, -0.15)),
  { nil: undefined },
);
const changes = fc.record({ revenue: change, viewRate: change, purchaseRate: change, audience: change });
const mirrored = (value: number | undefined) => (value === undefined ? undefined : -value);

it('mirrors: the opposite changes give the opposite scores', () => {
  const volatility = fc.constantFrom([0.7, 0.1], [0.1, 0.7], [0.4, 0.4], [undefined, undefined]);
  const property = fc.property(changes, volatility, (given, [here, there]) => {
    const scores = scoreChanges({ ...given, volatility: here });
    const opposite = scoreChanges({
      revenue: mirrored(given.revenue),
      viewRate: mirrored(given.viewRate),
      purchaseRate: mirrored(given.purchaseRate),
      audience: mirrored(given.audience),
      volatility: there,
    });
    expect(scores.saturation + opposite.saturation).toBe(100);
    expect(scores.opportunity + opposite.opportunity).toBe(100);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('never calls a page more saturated, or less open, for doing better', () => {
  const names = ['revenue', 'viewRate', 'purchaseRate', 'audience'] as const;
  const better = fc.double({ min: 0, max: 1, noNaN: true });
  const property = fc.property(changes, fc.constantFrom(...names), better, (given, name, more) => {
    const before = scoreChanges({ ...given, volatility: undefined });
    const after = scoreChanges({ ...given, [name]: (given[name] ?? 0) + more, volatility: undefined });
    if (given[name] === undefined) return;
    expect(after.saturation).toBeLessThanOrEqual(before.saturation);
    expect(after.opportunity).toBeGreaterThanOrEqual(before.opportunity);
  });
  fc.assert(property, { numRuns: 1_000 });
});

describe('a horizon', () => {
  const sums = (sendCount: number, each: number): WindowSums => ({
    sendCount,
    revenuePerRecipientUsd: sendCount * each,
    viewRate: sendCount * 0.2,
    purchaseRate: sendCount * 0.002,
    earningsUsd: sendCount * 100,
    squaredEarningsUsd: sendCount * 10_000 * (1 + 0.4 ** 2),
    largestAudience: 1_000,
  });
  const tallyOf = (current: WindowSums, previous: WindowSums): HistoryTally => ({
    windows: { 7: { current, previous }, 14: { current, previous }, 30: { current, previous } },
    weekdaySendCounts: [],
    weekdayEarningsUsd: [],
    daySendCounts: [],
    dayEarningsUsd: [],
  });

  it('has scores from 5 sends on', () => {
    expect(scoreHorizon(tallyOf(sums(4, 0.01), sums(9, 0.01)), 7)).toBeUndefined();
    expect(scoreHorizon(tallyOf(sums(5, 0.01), sums(9, 0.01)), 7)).toMatchObject({
      saturation: 50,
      sendCount: 5,
      days: 7,
    });
  });

  it('compares means, so that sending more is no change', () => {
    expect(scoreHorizon(tallyOf(sums(20, 0.012), sums(10, 0.01)), 14)).toEqual({
      days: 14,
      origin: 'messages',
      sendCount: 20,
      saturation: 30,
      opportunity: 70,
      revenueTrendPct: expect.closeTo(20, 9),
    });
  });

  it('has no trend, and no points for changes, with under 5 sends or no revenue before', () => {
    for (const previous of [sums(4, 0.02), { ...sums(9, 0), viewRate: 0, purchaseRate: 0, largestAudience: 0 }]) {
      const scores = scoreHorizon(tallyOf(sums(9, 0.01), previous), 30);
      expect(scores).toMatchObject({ saturation: 50, opportunity: 50, revenueTrendPct: undefined });
    }
  });

  it('measures volatility as population deviation by mean, and not without revenue', () => {
    const wild = { ...sums(10, 0.01), squaredEarningsUsd: 10 * 10_000 * (1 + 0.61 ** 2) };
    const calm = { ...sums(10, 0.01), squaredEarningsUsd: 10 * 10_000 * (1 + 0.19 ** 2) };
    const nil = { ...sums(10, 0.01), earningsUsd: 0, squaredEarningsUsd: 0 };
    expect([wild, calm, nil].map((window) => scoreHorizon(tallyOf(window, window), 7)?.saturation)).toEqual([
      65, 35, 50,
    ]);
  });
});
