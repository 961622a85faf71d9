import fc from 'fast-check';
import { revenuePredictionErrorPct, volumePredictionErrorPct } from './prediction-error.js';

it.each([
  [120, 100, 20],
  [80, 100, -20],
  [100, 100, 0],
  [0, 50, -100],
  [4826, 3.5, 137785.71428571429],
  [0, 0, null],
  [10, 0, null],
])('%d of %d predicted is off by %d %%', (actual, predicted, expected) => {
  if (expected === null) expect(revenuePredictionErrorPct(actual, predicted)).toBeNull();
  else expect(revenuePredictionErrorPct(actual, predicted)).toBeCloseTo(expected, 6);
  expect(volumePredictionErrorPct(actual, predicted)).toBe(revenuePredictionErrorPct(actual, predicted));
});

it('is null exactly when 0 was predicted; else the actual figure can be had back from it', () => {
  const amount = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1e6, noNaN: true }));
  const property = fc.property(amount, amount, (actual, predicted) => {
    const error = revenuePredictionErrorPct(actual, predicted);
    expect(error === null).toBe(predicted === 0);
    if (error !== null) expect(Math.abs(predicted * (1 + error / 100) - actual)).toBeLessThan(1e-6 * (1 + actual));
  });
  fc.assert(property, { numRuns: 1_000 });
});
