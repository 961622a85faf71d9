import fc from 'fast-check';
import { shortfallRisk } from './budget.js';
import type { JointPosterior } from './posterior.js';

/** Certain about one best volume and one curvature. */
const certain = (best: number, curvature: number): JointPosterior => ({
  centre: best,
  step: 0.25,
  layers: [{ curvature, fatigueShare: 1, weights: [0, 1, 0] }],
});

it('is 1 or 0 when the response is known, as the Ricker curve says', () => {
  const volume = fc.integer({ min: 1, max: 8 });
  const best = fc.double({ min: 0.6, max: 12, noNaN: true });
  const property = fc.property(volume, volume, best, fc.constantFrom(0.5, 1, 1.5), (usual, tried, v, k) => {
    const revenue = (volume: number) => (volume * Math.exp(-volume / v)) ** k;
    const share = revenue(tried) / revenue(usual);
    fc.pre(Math.abs(share - 0.95) > 1e-9);
    expect(shortfallRisk(certain(v, k), usual, tried, 0.95)).toBe(share < 0.95 ? 1 : 0);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('adds up what is likely of each', () => {
  const joint: JointPosterior = {
    centre: 4,
    step: 2,
    layers: [
      { curvature: 1, fatigueShare: 1, weights: [0.2, 0.3, 0] },
      { curvature: 1, fatigueShare: 0.4, weights: [0, 0.1, 0.4] },
    ],
  };
  // Best volumes 2, 4, 6: only where 2 is best does 7 earn under 95 % of 4; where 4 is, too; where 6 is, not.
  expect(shortfallRisk(joint, 4, 7, 0.95)).toBeCloseTo(0.2 + 0.3 + 0.1, 12);
});

it('sees no risk in the usual volume', () => {
  expect(shortfallRisk(certain(1, 1.5), 8, 8, 0.95)).toBe(0);
});
