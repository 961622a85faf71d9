import fc from 'fast-check';
import { truncatedQuantile } from './truncated-normal.js';

const NORMAL = { mean: 28, sd: 8 };
const WHOLE = [{ from: 15, to: 45 }];

/** The share of the density over a stretch, summed by the midpoint rule: no code shared with what is tested. */
function shareOver(from: number, to: number): number {
  const steps = 20_000;
  const width = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += Math.exp(-0.5 * ((from + (i + 0.5) * width - 28) / 8) ** 2) * width;
  return sum;
}

describe('the truncated normal distribution', () => {
  it.each([0.000001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999999])('has a share of %s below its value', (u) => {
    const value = truncatedQuantile(u, NORMAL, WHOLE);
    expect(shareOver(15, value) / shareOver(15, 45)).toBeCloseTo(u, 7);
  });

  it('leaves out what lies between the stretches', () => {
    const stretches = [
      { from: 15, to: 20 },
      { from: 40, to: 45 },
    ];
    const whole = shareOver(15, 20) + shareOver(40, 45);
    const value = truncatedQuantile(0.9, NORMAL, stretches);
    expect((shareOver(15, 20) + shareOver(40, value)) / whole).toBeCloseTo(0.9, 7);
    expect(truncatedQuantile(0, NORMAL, stretches)).toBeCloseTo(15, 9);
  });

  it('takes the only point there is', () => {
    expect(truncatedQuantile(0.7, NORMAL, [{ from: 45, to: 45 }])).toBe(45);
    expect(
      truncatedQuantile(0.7, NORMAL, [
        { from: 15, to: 15 },
        { from: 20, to: 30 },
      ]),
    ).toBeGreaterThan(20);
  });

  it('stays inside the stretches and grows with the share', () => {
    const stretches = fc
      .uniqueArray(fc.integer({ min: 15_000, max: 45_000 }), { minLength: 2, maxLength: 8 })
      .map((ends) => [...ends].sort((a, b) => a - b).map((end) => end / 1_000))
      .map((ends) =>
        ends.flatMap((from, i) =>
          i % 2 === 0 && ends[i + 1] !== undefined ? [{ from, to: ends[i + 1] as number }] : [],
        ),
      );
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(stretches, share, share, (given, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((u) => truncatedQuantile(u, NORMAL, given)) as [
          number,
          number,
        ];
        for (const value of [low, high]) expect(given.some(({ from, to }) => value >= from && value <= to)).toBe(true);
        expect(low).toBeLessThanOrEqual(high);
      }),
      { numRuns: 1_000 },
    );
  });
});
