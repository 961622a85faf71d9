import fc from 'fast-check';
import { discounted, noMoments, withObservation } from './moments.js';

const value = fc.double({ min: -50, max: 50, noNaN: true });

it('comes to the weighted means and products that adding up all observations gives', () => {
  const rows = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 40 });
  const factor = fc.constantFrom(1, 0.98, 0.5);
  const property = fc.property(rows, factor, (observations, kept) => {
    const moments = observations.reduce((sum, row) => withObservation(discounted(sum, kept), row), noMoments(3));
    const weights = observations.map((_, i) => kept ** (observations.length - 1 - i));
    const total = weights.reduce((a, b) => a + b, 0);
    const mean = (i: number) =>
      observations.reduce((sum, row, t) => sum + (weights[t] ?? 0) * (row[i] ?? 0), 0) / total;
    const product = (i: number, j: number) =>
      observations.reduce(
        (sum, row, t) => sum + (weights[t] ?? 0) * ((row[i] ?? 0) - mean(i)) * ((row[j] ?? 0) - mean(j)),
        0,
      );
    expect(moments.weight).toBeCloseTo(total, 9);
    [0, 1, 2].forEach((i) => expect(moments.means[i]).toBeCloseTo(mean(i), 7));
    const pairs = [product(0, 0), product(0, 1), product(0, 2), product(1, 1), product(1, 2), product(2, 2)];
    pairs.forEach((expected, i) => expect(Math.abs((moments.products[i] ?? NaN) - expected)).toBeLessThan(1e-6));
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('knows nothing of spread from one observation', () => {
  expect(withObservation(noMoments(2), [3.1, -7])).toEqual({ weight: 1, means: [3.1, -7], products: [0, 0, 0] });
});
