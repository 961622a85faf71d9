import fc from 'fast-check';
import { normalDraw, seededRandom } from '../chance/index.js';
import { addDays } from '../time/index.js';
import type { EvidenceWeek } from './evidence-week.js';
import { learnWeeks } from './learning-state.js';
import { candidateVolumes, jointPosteriorOf, marginalOf, posteriorGiven, posteriorOf, priorOf } from './posterior.js';
import { CURVATURES, FATIGUE_SHARES } from './response-model.js';

const weekOf = (volume: number, revenueUsd: number, number: number): EvidenceWeek => ({
  weekStart: addDays('2026-01-05', 7 * number),
  volume,
  revenueUsd,
});
const evidence = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 70 }), fc.double({ min: 0, max: 30_000, noNaN: true })), { maxLength: 30 })
  .map((weeks) => weeks.map(([sends, revenueUsd], number) => weekOf(sends / 7, revenueUsd, number)));
const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The model again, from the weeks themselves: residuals week by week, and no moments. */
function unexplainedFrom(weeks: readonly EvidenceWeek[], k: number, w: number, best: number): number {
  let stock: number | undefined;
  const residuals = weeks.map(({ volume, revenueUsd }) => {
    stock = stock === undefined ? volume : 0.75 * stock + 0.25 * volume;
    const felt = w * volume + (1 - w) * stock;
    return Math.log(1 + revenueUsd) - k * (Math.log(volume) - felt / Math.max(best, 0.5));
  });
  const weights = weeks.map((_, i) => 0.98 ** (weeks.length - 1 - i));
  const level = sumOf(residuals.map((residual, i) => residual * (weights[i] ?? 0))) / sumOf(weights);
  return sumOf(residuals.map((residual, i) => (weights[i] ?? 0) * (residual - level) ** 2));
}

it('is the prior times the likelihood, given curvature, fatigue share and noise', () => {
  const shape = fc.record({
    curvature: fc.constantFrom(...CURVATURES),
    fatigueShare: fc.constantFrom(...FATIGUE_SHARES),
    noise: fc.double({ min: 0.2, max: 2, noNaN: true }),
  });
  const property = fc.property(evidence, shape, fc.integer({ min: 1, max: 8 }), (weeks, given, volume) => {
    const { weights, ...grid } = posteriorGiven(learnWeeks(volume, weeks), given);
    expect(sumOf(weights)).toBeCloseTo(1, 9);
    const spread = Math.max(1.5, 0.6 * volume);
    const logs = candidateVolumes({ weights, ...grid }).map((best) => {
      const rss = unexplainedFrom(weeks, given.curvature, given.fatigueShare, best);
      return -0.5 * ((best - volume) / spread) ** 2 - rss / (2 * given.noise ** 2);
    });
    const top = Math.max(...logs);
    const total = sumOf(logs.map((log) => Math.exp(log - top)));
    const gaps = logs.map((log, i) => Math.abs((weights[i] ?? NaN) - Math.exp(log - top) / total));
    expect(Math.max(...gaps)).toBeLessThan(1e-6);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('integrates the noise out as adding up over many noise levels does', () => {
  const weeks = [3, 4, 5, 4, 2, 3].map((volume, number) => weekOf(volume, 400 + 37 * ((number * 5) % 7), number));
  const joint = jointPosteriorOf(learnWeeks(3, weeks));
  const freedom = sumOf(weeks.map((_, i) => 0.98 ** i)) - 1;
  // Inverse gamma with shape 2 and mean 0.12, on a fine grid of log variances.
  const variances = Array.from({ length: 4_000 }, (_, i) => Math.exp(-9 + (i * 14) / 4_000));
  const likelihood = (rss: number): number =>
    sumOf(variances.map((s2) => s2 ** (-2 - freedom / 2) * Math.exp(-(0.12 + rss / 2) / s2)));
  const layer = joint.layers[4];
  const grid = candidateVolumes(marginalOf(joint));
  const expected = grid.map((best) => {
    const rss = unexplainedFrom(weeks, layer?.curvature ?? 0, layer?.fatigueShare ?? 0, best);
    return Math.exp(-0.5 * ((best - 3) / 1.8) ** 2) * likelihood(rss);
  });
  const mass = sumOf(layer?.weights ?? []);
  expected.forEach((value, i) => expect((layer?.weights[i] ?? NaN) / mass).toBeCloseTo(value / sumOf(expected), 6));
});

it('sums to 1, over curvatures and fatigue shares too', () => {
  const property = fc.property(evidence, (weeks) => {
    const joint = jointPosteriorOf(learnWeeks(4, weeks));
    expect(joint.layers).toHaveLength(CURVATURES.length * FATIGUE_SHARES.length);
    expect(sumOf(joint.layers.map(({ weights }) => sumOf(weights)))).toBeCloseTo(1, 9);
    expect(sumOf(marginalOf(joint).weights)).toBeCloseTo(1, 9);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('is exactly symmetric beforehand, on a linear grid about the volume at which the evidence begins', () => {
  for (const volume of [1, 2.5, 3, 8]) {
    const prior = priorOf(volume);
    expect([...prior.weights].reverse()).toEqual(prior.weights);
    const grid = candidateVolumes(prior);
    expect([grid[0], grid[32], grid[64]]).toEqual([volume - 8, volume, volume + 8]);
    expect(sumOf(grid.map((best, i) => (best - volume) * (prior.weights[i] ?? 0)))).toBeCloseTo(0, 12);
  }
});

it('is the prior again after one week, or after weeks of one volume: they tell nothing of others', () => {
  const prior = priorOf(4);
  const one = posteriorOf(learnWeeks(4, [weekOf(5, 900, 0)]));
  const same = posteriorOf(
    learnWeeks(
      4,
      [310, 420, 180, 700].map((usd, number) => weekOf(4, usd, number)),
    ),
  );
  prior.weights.forEach((weight, i) => {
    expect(one.weights[i]).toBeCloseTo(weight, 12);
    expect(same.weights[i]).toBeCloseTo(weight, 9);
  });
});

it.each([2, 3.5, 6])('finds a best volume of %d that it is shown', (best) => {
  const random = seededRandom(`best ${best}`);
  const weeks = Array.from({ length: 104 }, (_, number) => {
    const volume = 1 + (Math.floor(number / 5) % 8);
    return weekOf(volume, 2_000 * volume * Math.exp(-volume / best + 0.2 * normalDraw(random)), number);
  });
  const posterior = posteriorOf(learnWeeks(4, weeks));
  const near = candidateVolumes(posterior).map((volume, i) =>
    Math.abs(volume - best) <= 1 ? (posterior.weights[i] ?? 0) : 0,
  );
  expect(sumOf(near)).toBeGreaterThan(0.8);
});
