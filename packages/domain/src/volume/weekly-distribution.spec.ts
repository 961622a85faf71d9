import fc from 'fast-check';
import { distributeWeek } from './weekly-distribution.js';

const bounds = { min: 1, max: 8 };
const even = [1, 1, 1, 1, 1, 1, 1];

it('keeps the sums that the predecessor let drift (2.6)', () => {
  const defaults = [1, 1, 1, 1, 1.05, 1.1, 1.1];
  for (const perDay of [9, 10, 12, 15]) {
    const week = distributeWeek(7 * perDay, defaults, { min: 1, max: 20 });
    expect(week.reduce((a, b) => a + b, 0)).toBe(7 * perDay);
  }
});

it.each([
  [28, [1, 1, 1, 1, 1, 1, 1.3], [4, 4, 4, 4, 4, 3, 5]],
  [49, [1.3, 0.7, 1, 1, 1, 1, 1], [8, 5, 8, 7, 7, 7, 7]],
  [56, [1.3, 0.7, 1, 1, 1, 1, 1], [8, 8, 8, 8, 8, 8, 8]],
  [7, [1.3, 0.7, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1]],
  [3, [1.3, 0.7, 1, 1, 1, 1, 1], [1, 0, 1, 1, 0, 0, 0]],
  [0, even, [0, 0, 0, 0, 0, 0, 0]],
  [10, [1, 0, 0, 0, 0, 0, 0], [4, 1, 1, 1, 1, 1, 1]],
])('spreads %d by %j as %j', (total, weights, expected) => {
  expect(distributeWeek(total, weights, bounds)).toEqual(expected);
});

it('is exact, inside the bounds, and as near to the weights as these allow', () => {
  const weights = fc.array(fc.oneof(fc.double({ min: 0.7, max: 1.3, noNaN: true }), fc.constantFrom(0, 1, 5)), {
    minLength: 7,
    maxLength: 7,
  });
  const limits = fc.constantFrom(bounds, { min: 1, max: 6 }, { min: 0, max: 4 });
  const property = fc.property(weights, limits, fc.nat({ max: 56 }), (given, limit, wanted) => {
    const total = Math.min(wanted, 7 * limit.max);
    const low = total < 7 * limit.min ? 0 : limit.min;
    const week = distributeWeek(total, given, limit);
    expect(week.reduce((a, b) => a + b, 0)).toBe(total);
    week.forEach((count, day) => {
      expect(count).toBeGreaterThanOrEqual(low);
      expect(count).toBeLessThanOrEqual(limit.max);
      // Nobody with room has 2 or more less than a day of no greater weight.
      week.forEach((other, otherDay) => {
        if ((given[day] ?? 0) >= (given[otherDay] ?? 0)) expect(other - count).toBeLessThan(2);
      });
    });
    // Two days strictly inside the bounds stand to each other as their weights, but for rounding.
    week.forEach((count, day) => {
      week.forEach((other, otherDay) => {
        const isWeighed = (given[otherDay] ?? 0) > 0;
        const inside = isWeighed && [count, other].every((each) => each > low + 1 && each < limit.max - 1);
        const ratio = (given[day] ?? 0) / (given[otherDay] ?? 1);
        if (inside) expect(Math.abs(count - other * ratio)).toBeLessThanOrEqual(1 + ratio + 1e-9);
      });
    });
  });
  fc.assert(property, { numRuns: 1_000 });
});

it.each([-1, 57, 2.5])('calls %d sends a bug', (total) => {
  expect(() => distributeWeek(total, even, bounds)).toThrow(/bug: .* sends do not fit in 7 days of at most 8/);
});
