import fc from 'fast-check';
import { intervalAbout, scaledInterval } from './interval.js';

it('is ordered about its mean, never below 0, and wider the more weeks vary', () => {
  const mean = fc.double({ min: 0, max: 1e6, noNaN: true });
  const variation = fc.double({ min: 0, max: 10, noNaN: true });
  const property = fc.property(mean, variation, (meanUsd, cv) => {
    const { lowUsd, highUsd } = intervalAbout(meanUsd, cv);
    expect(lowUsd).toBeGreaterThanOrEqual(0);
    expect(lowUsd).toBeLessThanOrEqual(meanUsd);
    expect(highUsd).toBeGreaterThanOrEqual(meanUsd);
    expect(intervalAbout(meanUsd, cv * 1.1).lowUsd).toBeLessThanOrEqual(lowUsd + 1e-9 * meanUsd);
  });
  fc.assert(property, { numRuns: 1_000 });
});

// Gamma distribution, mean 1: 10 % and 90 % points from tables of chi-squared (2, 8 and 32 degrees of freedom).
it.each([
  [1, 0.105, 2.303],
  [0.5, 0.436, 1.67],
  [0.25, 0.694, 1.331],
])('is that of the gamma distribution: variation %d', (variation, low, high) => {
  const { lowUsd, highUsd } = intervalAbout(100, variation);
  expect(Math.abs(lowUsd / 100 - low)).toBeLessThan(0.03);
  expect(Math.abs(highUsd / 100 - high)).toBeLessThan(0.03);
});

it('is a point when weeks do not vary', () => {
  expect(intervalAbout(250, 0)).toEqual({ lowUsd: 250, highUsd: 250 });
});

it('keeps its shape when it is carried to another volume', () => {
  expect(scaledInterval({ lowUsd: 50, highUsd: 300 }, 100, 200)).toEqual({ lowUsd: 100, highUsd: 600 });
  expect(scaledInterval({ lowUsd: 0, highUsd: 0 }, 0, 200)).toEqual({ lowUsd: 0, highUsd: 0 });
});
