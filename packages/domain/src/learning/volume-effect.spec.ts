import fc from 'fast-check';
import { addDays } from '../time/index.js';
import { learnWeeks } from './learning-state.js';
import { elasticityRange } from './volume-effect.js';

const stateOf = (rows: readonly (readonly [number, number])[]) =>
  learnWeeks(
    3,
    rows.map(([sends, revenueUsd], i) => ({ weekStart: addDays('2026-01-05', 7 * i), volume: sends / 7, revenueUsd })),
  );
const row = fc.tuple(fc.integer({ min: 1, max: 70 }), fc.double({ min: 1, max: 20_000, noNaN: true }));

/** Residuals about the mean, or about a straight line in time. */
function residuals(values: readonly number[], drifts: boolean): number[] {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const times = values.map((_, t) => t - (n - 1) / 2);
  const slope = times.reduce((sum, t, i) => sum + t * (values[i] ?? 0), 0) / times.reduce((sum, t) => sum + t * t, 0);
  return values.map((value, i) => value - mean - (drifts ? slope * (times[i] ?? 0) : 0));
}

/** log of the Bayes factor of "some elasticity" against this one, from the residuals. */
function logFactor(logRevenue: number[], logVolume: number[], elasticity: number, freedom: number): number {
  const y = logRevenue.map((value, i) => value - elasticity * (logVolume[i] ?? 0));
  const yy = y.reduce((sum, value) => sum + value * value, 0);
  const xy = y.reduce((sum, value, i) => sum + value * (logVolume[i] ?? 0), 0);
  const xx = logVolume.reduce((sum, value) => sum + value * value, 0);
  return -0.5 * Math.log(1 + 4 * xx) + (freedom / 2) * Math.log(yy / (yy - (4 * xy * xy) / (1 + 4 * xx)));
}

it('ends where the evidence against is twenty to one, in the reading that is less sure', () => {
  const property = fc.property(fc.array(row, { minLength: 6, maxLength: 52 }), (rows) => {
    const { low, high } = elasticityRange(stateOf(rows));
    fc.pre(Number.isFinite(low) && high - low > 1e-6 && high - low < 1e3);
    const factorsAt = (elasticity: number) =>
      [false, true].map((drifts) =>
        logFactor(
          residuals(
            rows.map(([, usd]) => Math.log(1 + usd)),
            drifts,
          ),
          residuals(
            rows.map(([sends]) => Math.log(sends / 7)),
            drifts,
          ),
          elasticity,
          rows.length - (drifts ? 2 : 1),
        ),
      );
    for (const end of [low, high]) expect(Math.min(...factorsAt(end))).toBeCloseTo(Math.log(20), 3);
    const inside = Math.min(...factorsAt(low + (high - low) / 1e3), ...factorsAt(high - (high - low) / 1e3));
    expect(inside).toBeLessThan(Math.log(20));
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('says nothing without weeks, with too few, or without a change of volume', () => {
  const unknown = { low: -Infinity, high: Infinity };
  expect(elasticityRange(stateOf([]))).toEqual(unknown);
  expect(
    elasticityRange(
      stateOf([
        [7, 100],
        [14, 200],
      ]),
    ),
  ).toEqual(unknown);
  expect(elasticityRange(stateOf(Array.from({ length: 30 }, (_, i) => [21, 100 + i])))).toEqual(unknown);
});

it('admits no elasticity where volume only ever rose, as time did', () => {
  const { low, high } = elasticityRange(
    stateOf(Array.from({ length: 40 }, (_, i) => [10 + i, 100 * 1.03 ** i * (1 + 0.1 * (i % 3))])),
  );
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
});
