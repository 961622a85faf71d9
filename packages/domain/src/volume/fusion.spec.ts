import fc from 'fast-check';
import { fuseHorizons } from './fusion.js';
import type { HorizonDays } from './history-tally.js';
import type { HorizonScores } from './saturation-opportunity.js';

const horizon = (days: HorizonDays, facts: Partial<HorizonScores> = {}): HorizonScores => ({
  days,
  origin: 'messages',
  sendCount: 60,
  saturation: 50,
  opportunity: 50,
  revenueTrendPct: undefined,
  ...facts,
});
const weights = (horizons: HorizonScores[]) =>
  fuseHorizons(horizons).parts.map(({ horizon: { days }, weight }) => [days, Number(weight.toFixed(6))]);

// Predecessor facts, 2.4.
it.each<[HorizonDays[], [number, number][]]>([
  [
    [7, 14, 30],
    [
      [7, 0.3],
      [14, 0.5],
      [30, 0.2],
    ],
  ],
  [
    [7, 14],
    [
      [7, 0.4],
      [14, 0.6],
    ],
  ],
  [
    [14, 30],
    [
      [14, 0.65],
      [30, 0.35],
    ],
  ],
  [
    [7, 30],
    [
      [7, 0.55],
      [30, 0.45],
    ],
  ],
  [[14], [[14, 1]]],
  [[], []],
])('weighs %j as %j', (days, expected) => {
  expect(weights(days.map((each) => horizon(each)))).toEqual(expected);
});

it('weighs the short horizon more from 15 points of divergence on, in either score', () => {
  const divergent = [
    [7, 0.5],
    [14, 0.35],
    [30, 0.15],
  ];
  expect(weights([horizon(7, { saturation: 65 }), horizon(14), horizon(30)])).toEqual(divergent);
  expect(weights([horizon(7), horizon(14), horizon(30, { opportunity: 65 })])).toEqual(divergent);
  expect(weights([horizon(7, { saturation: 64.9 }), horizon(14), horizon(30)])).toEqual([
    [7, 0.3],
    [14, 0.5],
    [30, 0.2],
  ]);
  expect(weights([horizon(7, { saturation: 70 }), horizon(30)])).toEqual([
    [7, 0.675],
    [30, 0.325],
  ]);
  expect(fuseHorizons([horizon(7, { saturation: 90 }), horizon(14)]).isDivergent).toBe(false);
});

it('takes the weighted mean of scores and of the trends that are known', () => {
  const fused = fuseHorizons([
    horizon(7, { saturation: 60, opportunity: 40, revenueTrendPct: 10 }),
    horizon(14, { saturation: 50, opportunity: 60, revenueTrendPct: -20 }),
    horizon(30, { saturation: 55, opportunity: 50 }),
  ]);
  expect(fused.saturation).toBeCloseTo(54, 9);
  expect(fused.opportunity).toBeCloseTo(52, 9);
  expect(fused.revenueTrendPct).toBeCloseTo((0.3 * 10 - 0.5 * 20) / 0.8, 9);
});

it('fuses only with a confidence of half, and falls back on the 14-day, the 30-day, the 7-day horizon', () => {
  const few = { sendCount: 9 };
  expect(weights([horizon(7, few), horizon(14, few), horizon(30, few)])).toHaveLength(3); // 3/3 x 0.5
  expect(weights([horizon(14, few), horizon(30, few)])).toEqual([[14, 1]]); // 2/3 x 0.5
  expect(weights([horizon(7, few), horizon(30, few)])).toEqual([[30, 1]]);
  expect(weights([horizon(14, { sendCount: 6 }), horizon(30, { sendCount: 10 })])).toHaveLength(2); // 2/3 x 0.8
  expect(weights([horizon(7)])).toEqual([[7, 1]]);
});

it('is neutral without horizons', () => {
  expect(fuseHorizons([])).toEqual({
    saturation: 50,
    opportunity: 50,
    revenueTrendPct: 0,
    parts: [],
    isDivergent: false,
  });
});

it('stays between the least and the greatest score, with weights that sum to 1', () => {
  const score = fc.integer({ min: 0, max: 100 });
  const anyHorizon = (days: HorizonDays) =>
    fc.option(
      fc
        .record({ saturation: score, opportunity: score, sendCount: fc.integer({ min: 5, max: 300 }) })
        .map((facts) => horizon(days, facts)),
      { nil: undefined },
    );
  const property = fc.property(anyHorizon(7), anyHorizon(14), anyHorizon(30), (...given) => {
    const horizons = given.filter((each) => each !== undefined);
    const { parts, saturation, opportunity } = fuseHorizons(horizons);
    if (horizons.length === 0) return;
    expect(parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    for (const [fused, name] of [
      [saturation, 'saturation'],
      [opportunity, 'opportunity'],
    ] as const) {
      const values = horizons.map((each) => each[name]);
      expect(fused).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
      expect(fused).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
    }
  });
  fc.assert(property, { numRuns: 1_000 });
});
