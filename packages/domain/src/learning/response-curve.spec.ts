import fc from 'fast-check';
import { addDays } from '../time/index.js';
import { learnWeeks } from './learning-state.js';
import { candidateVolumes, jointPosteriorOf, marginalOf } from './posterior.js';
import { logResponse, responseCurveOf } from './response-curve.js';

const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 56 }), fc.nat({ max: 20_000 })), { maxLength: 26 });

it('is the mean of all candidate curves, each worth its probability', () => {
  const stock = fc.option(fc.double({ min: 0.1, max: 10, noNaN: true }), { nil: undefined });
  const property = fc.property(rows, fc.double({ min: 0.1, max: 12, noNaN: true }), stock, (given, volume, before) => {
    const weeks = given.map(([sends, revenueUsd], i) => ({
      weekStart: addDays('2026-01-05', 7 * i),
      volume: sends / 7,
      revenueUsd,
    }));
    const state = learnWeeks(3, weeks);
    const joint = jointPosteriorOf(state);
    const grid = candidateVolumes(marginalOf(joint));
    const stockNow = before === undefined ? volume : 0.75 * before + 0.25 * volume;
    let expected = 0;
    for (const { curvature, fatigueShare, weights } of joint.layers) {
      const felt = fatigueShare * volume + (1 - fatigueShare) * stockNow;
      weights.forEach((weight, i) => {
        expected += weight * curvature * (Math.log(volume) - felt / Math.max(grid[i] ?? 0, 0.5));
      });
    }
    expect(Math.abs(logResponse(responseCurveOf(state), volume, before) - expected)).toBeLessThan(1e-9);
  });
  fc.assert(property, { numRuns: 1_000 });
});
