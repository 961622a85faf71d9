import fc from 'fast-check';
import { gapMinutes, isOptimalWindow } from './followup-window.js';

describe('the window of follow-ups', () => {
  it.each([
    [-20, false],
    [0, false],
    [14.999, false],
    [15, true],
    [30, true],
    [45, true],
    [45.0001, false],
    [Number.NaN, false],
  ])('with a gap of %s minutes: %s', (gap, isOptimal) => {
    expect(isOptimalWindow(gap)).toBe(isOptimal);
  });

  it('is decided to the millisecond, at both ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: -60_000, max: 3 * 3_600_000 }),
        (parentMs, gapMs) => {
          expect(isOptimalWindow(gapMinutes(parentMs, parentMs + gapMs))).toBe(gapMs >= 900_000 && gapMs <= 2_700_000);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('keeps fractions of a minute', () => {
    expect(gapMinutes(0, 90_500)).toBeCloseTo(1.508333, 6);
  });
});
