import fc from 'fast-check';
import { breakerPolicy } from './breaker-policy.js';
import { openMsOf } from './open-time.js';

describe('the open time', () => {
  it('is fixed unless it is to grow', () => {
    const policy = breakerPolicy('x', { cooldownMs: 1_000 });
    expect([0, 1, 50].map((reopenings) => openMsOf(policy, reopenings, 0.9))).toEqual([1_000, 1_000, 1_000]);
  });

  it('grows with each reopening in a row, up to its cap', () => {
    const policy = breakerPolicy('x', { cooldownMs: 1_000, cooldownFactor: 2, cooldownMaxMs: 5_000 });
    expect([0, 1, 2, 3, 4].map((reopenings) => openMsOf(policy, reopenings, 0))).toEqual([
      1_000, 2_000, 4_000, 5_000, 5_000,
    ]);
  });

  it('is shortened by chance, by its share at most', () => {
    const policy = breakerPolicy('x', { cooldownMs: 1_000, cooldownJitter: 0.4 });
    expect([0, 0.5, 0.999].map((random) => openMsOf(policy, 0, random))).toEqual([1_000, 800, 601]);
    expect(openMsOf(breakerPolicy('x', { cooldownMs: 1, cooldownJitter: 1 }), 0, 0.999)).toBe(1);
  });

  it('is a whole number of milliseconds from 1 to its cap, whatever grows', () => {
    const property = fc.property(
      fc.double({ min: 1, max: 604_800_000, noNaN: true }),
      fc.double({ min: 1, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (cooldownMs, cooldownFactor, cooldownJitter, reopenings, random) => {
        const policy = breakerPolicy('x', { cooldownMs, cooldownFactor, cooldownJitter, cooldownMaxMs: 604_800_000 });
        const openMs = openMsOf(policy, reopenings, random);
        expect(Number.isInteger(openMs) && openMs >= 1 && openMs <= 604_800_000).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 1_000 });
  });
});
