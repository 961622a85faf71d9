import fc from 'fast-check';
import { distribute, roundHalfUp } from './rounding.js';

it.each([
  [2.5, 3],
  [-2.5, -2],
  [2.4999999999999996, 3],
  [2.49, 2],
  [0, 0],
])('rounds %d half up to %d', (value, expected) => {
  expect(roundHalfUp(value)).toBe(expected);
});

it('distributes exactly, each part within one of its share', () => {
  const property = fc.property(
    fc.nat({ max: 500 }),
    fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 }),
    (total, weights) => {
      const parts = distribute(total, weights);
      const sum = weights.reduce((a, b) => a + b, 0);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
      parts.forEach((part, i) => {
        const share = sum > 0 ? (total * (weights[i] ?? 0)) / sum : total / weights.length;
        expect(Math.abs(part - share)).toBeLessThan(1 + 1e-9);
      });
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});
