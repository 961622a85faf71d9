import fc from 'fast-check';
import { NO_LEARNING, withLearning } from './learning-offset.js';

const offset = (sendsPerDay: number) => ({ sendsPerDay, guard: 'step' });

it('adds the offset and keeps the total in 1..8', () => {
  expect(withLearning(4, NO_LEARNING)).toBe(4);
  expect(withLearning(4, offset(-1))).toBe(3);
  expect(withLearning(2, offset(-3))).toBe(1);
  expect(withLearning(7, offset(3))).toBe(8);
  const property = fc.property(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: -20, max: 20 }),
    (computed, learnt) => {
      const total = withLearning(computed, offset(learnt));
      expect(total).toBeGreaterThanOrEqual(1);
      expect(total).toBeLessThanOrEqual(8);
      if (computed + learnt >= 1 && computed + learnt <= 8) expect(total).toBe(computed + learnt);
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});

it.each([0.5, NaN, Infinity])('refuses an offset of %d', (sendsPerDay) => {
  expect(() => withLearning(4, offset(sendsPerDay))).toThrow(/learningOffset.sendsPerDay is .*whole number/);
});
