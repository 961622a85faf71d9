import fc from 'fast-check';
import { normalDraw, seededRandom } from '../chance/index.js';
import { fitElasticity, volumeLevels } from './elasticity.js';
import type { HistoryTally } from './history-tally.js';

const VOLUMES = [1, 2, 3, 4, 5, 6, 7, 8];

/** 88 days, 11 of each volume, whose totals follow `totalUsd` with the given relative noise. */
function daysOf(totalUsd: (sendsPerDay: number) => number, noise = 0, seed = 'days', volumes = VOLUMES): HistoryTally {
  const random = seededRandom(seed);
  const days = volumes.flatMap((volume) => Array.from({ length: 11 }, () => volume));
  return {
    windows: {} as HistoryTally['windows'],
    weekdaySendCounts: [],
    weekdayEarningsUsd: [],
    daySendCounts: days,
    dayEarningsUsd: days.map((volume) => Math.max(0, totalUsd(volume) * (1 + noise * normalDraw(random)))),
  };
}

const peaking = (peak: number) => (volume: number) => 100 * volume * Math.exp(-volume / peak);

describe('levels', () => {
  it('are the volumes that at least 3 days had, without the days on which nothing was sent', () => {
    const tally = {
      ...daysOf(() => 0),
      daySendCounts: [2, 4, 2, 0, 4, 2, 0, 0, 7],
      dayEarningsUsd: [10, 100, 20, 0, 200, 60, 0, 0, 5],
    };
    expect(volumeLevels(tally)).toEqual([{ sendsPerDay: 2, dayCount: 3, meanTotalUsd: 30, spreadUsd2: 1_400 }]);
  });
});

describe('the cap', () => {
  it.each([
    [1.25, 1],
    [3, 3],
    [4.25, 4],
    [6.25, 6],
  ])('of a total that peaks at %d is %d', (peak, capPerDay) => {
    expect(fitElasticity(volumeLevels(daysOf(peaking(peak))), 8)).toMatchObject({ verdict: 'declines', capPerDay });
  });

  it('R3: is where the total, not the revenue of the average send, stops growing', () => {
    // The average falls from the first send on; the total grows up to 5, whichever unit the dollars are in.
    for (const unit of [1, 0.0001]) {
      const levels = volumeLevels(daysOf((volume) => unit * peaking(5)(volume)));
      expect(fitElasticity(levels, 8)).toMatchObject({ verdict: 'declines', capPerDay: 5 });
    }
  });

  it('R4: does not exist where the data show no decline', () => {
    expect(fitElasticity(volumeLevels(daysOf((volume) => 20 * volume)), 8).verdict).toBe('grows');
    expect(fitElasticity(volumeLevels(daysOf((volume) => 20 * volume ** 1.3)), 8).verdict).toBe('grows');
  });

  it('does not exist at a volume where the total still grows', () => {
    const levels = volumeLevels(daysOf(peaking(5)));
    expect(fitElasticity(levels, 5).verdict).toBe('grows');
    expect(fitElasticity(levels, 4).verdict).toBe('grows');
  });

  it('needs 3 volumes', () => {
    expect(fitElasticity(volumeLevels(daysOf(peaking(2), 0, 'days', [4, 8])), 8).verdict).toBe('too_few_levels');
    expect(fitElasticity([], 8).verdict).toBe('too_few_levels');
  });

  it('is never below the least volume that was tried', () => {
    const levels = volumeLevels(daysOf(peaking(1.5), 0, 'days', [5, 6, 7, 8]));
    expect(fitElasticity(levels, 8)).toMatchObject({ verdict: 'declines', capPerDay: 5 });
    expect(fitElasticity(levels, 5).verdict).toBe('grows');
  });

  it('is found in noise where it is, and seldom where it is not', () => {
    const share = (totalUsd: (volume: number) => number) => {
      const seeds = Array.from({ length: 400 }, (_, index) => `world ${index}`);
      const verdicts = seeds.map((seed) => fitElasticity(volumeLevels(daysOf(totalUsd, 0.6, seed)), 7).verdict);
      return verdicts.filter((verdict) => verdict === 'declines').length / seeds.length;
    };
    expect(share(peaking(3))).toBeGreaterThan(0.9);
    expect(share((volume) => 20 * volume)).toBeLessThan(0.01);
    expect(share(peaking(7))).toBeLessThan(0.1); // still growing at 7, by a hair: the hardest case
  });

  it('never raises the volume', () => {
    const level = fc.record({
      dayCount: fc.integer({ min: 3, max: 20 }),
      meanTotalUsd: fc.double({ min: 0, max: 3_000, noNaN: true }),
      spreadUsd2: fc.double({ min: 0, max: 100_000, noNaN: true }),
    });
    const levels = fc.uniqueArray(
      level.chain((facts) => fc.integer({ min: 1, max: 12 }).map((sendsPerDay) => ({ ...facts, sendsPerDay }))),
      { selector: ({ sendsPerDay }) => sendsPerDay, maxLength: 8 },
    );
    const property = fc.property(levels, fc.integer({ min: 1, max: 8 }), (given, revenuePerDay) => {
      const fit = fitElasticity(given, revenuePerDay);
      if (fit.verdict !== 'declines') return;
      expect(fit.capPerDay).toBeLessThan(revenuePerDay);
      expect(fit.capPerDay).toBeGreaterThanOrEqual(Math.min(...given.map(({ sendsPerDay }) => sendsPerDay)));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
