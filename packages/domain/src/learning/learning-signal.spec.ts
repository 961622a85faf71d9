import fc from 'fast-check';
import { addDays } from '../time/index.js';
import type { EvidenceWeek } from './evidence-week.js';
import { learningConfidence, learningSignal, meanBestVolume } from './learning-signal.js';
import { learnWeeks, newLearningState } from './learning-state.js';
import { posteriorGiven, posteriorOf, priorOf, type Posterior } from './posterior.js';

const weeksOf = (rows: readonly (readonly [number, number])[]): EvidenceWeek[] =>
  rows.map(([sends, revenueUsd], number) => ({
    weekStart: addDays('2026-01-05', 7 * number),
    volume: sends / 7,
    revenueUsd,
  }));
const row = fc.tuple(fc.integer({ min: 1, max: 56 }), fc.double({ min: 0, max: 20_000, noNaN: true }));
const rows = fc.array(row, { minLength: 2, maxLength: 26 });
const volume = fc.double({ min: 0.2, max: 12, noNaN: true });

it('is bounded, whatever the evidence', () => {
  const property = fc.property(rows, fc.integer({ min: 1, max: 8 }), volume, (given, begin, at) => {
    const posterior = posteriorOf(learnWeeks(begin, weeksOf(given)));
    expect(Math.abs(learningSignal(posterior, at))).toBeLessThanOrEqual(1);
    const confidence = learningConfidence(posterior, priorOf(begin));
    expect(confidence).toBeGreaterThanOrEqual(0);
    expect(confidence).toBeLessThanOrEqual(1);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('is exactly negated by reversing the grid about the volume', () => {
  const weights = fc
    .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 33 })
    .filter((half) => half.some((weight) => weight > 0));
  const property = fc.property(weights, weights, fc.nat({ max: 8_000 }), fc.nat({ max: 8_000 }), (a, b, centre, at) => {
    const all = [...a, ...b, ...((a.length + b.length) % 2 === 0 ? [0.3] : [])];
    const total = all.reduce((sum, weight) => sum + weight, 0);
    const here = at / 1024;
    const posterior: Posterior = { centre: centre / 1024, step: 0.25, weights: all.map((weight) => weight / total) };
    const reversed: Posterior = {
      centre: 2 * here - posterior.centre,
      step: 0.25,
      weights: [...posterior.weights].reverse(),
    };
    expect(learningSignal(reversed, here) + learningSignal(posterior, here)).toBe(0);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('is exactly 0 without evidence, at whatever volume that would begin', () => {
  const property = fc.property(volume, (begin) => {
    const state = newLearningState(begin);
    expect(learningSignal(posteriorOf(state), begin)).toBeCloseTo(0, 15);
    expect(learningSignal(priorOf(state.beginsAtVolume), begin)).toBe(0);
    expect(learningConfidence(posteriorOf(state), priorOf(state.beginsAtVolume))).toBeCloseTo(0, 9);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('never falls when a week above the discounted mean earns more, never rises when one below does', () => {
  const shape = fc.record({
    curvature: fc.double({ min: 0.1, max: 2, noNaN: true }),
    fatigueShare: fc.double({ min: 0.1, max: 1, noNaN: true }),
    noise: fc.double({ min: 0.1, max: 2, noNaN: true }),
  });
  const property = fc.property(
    rows,
    shape,
    fc.nat(),
    fc.double({ min: 1, max: 50, noNaN: true }),
    volume,
    (given, known, pick, factor, at) => {
      const index = pick % given.length;
      const more = given.map(([sends, usd], i) => [sends, i === index ? (usd + 1) * factor : usd] as const);
      const signalOf = (weeks: EvidenceWeek[]): number =>
        learningSignal(posteriorGiven(learnWeeks(4, weeks), known), at);
      const change = signalOf(weeksOf(more)) - signalOf(weeksOf(given));
      // The effective volumes and their discounted mean, worked out from the rows alone.
      let stock = (given[0]?.[0] ?? 0) / 7;
      const felt = given.map(([sends]) => {
        stock = 0.75 * stock + (0.25 * sends) / 7;
        return (known.fatigueShare * sends) / 7 + (1 - known.fatigueShare) * stock;
      });
      const weights = given.map((_, i) => 0.98 ** (given.length - 1 - i));
      const mean = felt.reduce((sum, u, i) => sum + u * (weights[i] ?? 0), 0) / weights.reduce((a, b) => a + b, 0);
      const side = (felt[index] ?? 0) - mean;
      if (side > 1e-9) expect(change).toBeGreaterThanOrEqual(-1e-9);
      if (side < -1e-9) expect(change).toBeLessThanOrEqual(1e-9);
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});

it('counts what lies more than half a send away, and nothing at exactly half', () => {
  const posterior: Posterior = { centre: 4, step: 0.5, weights: [0.1, 0.2, 0.3, 0.25, 0.15] };
  expect(learningSignal(posterior, 4)).toBeCloseTo(0.15 - 0.1, 12);
  expect(learningSignal(posterior, 3.25)).toBeCloseTo(0.3 + 0.25 + 0.15, 12);
  expect(learningSignal(posterior, 20)).toBeCloseTo(-1, 12);
  expect(meanBestVolume(posterior)).toBeCloseTo(4.075, 12);
});

it('grows confident, and points the right way, as the evidence comes in', () => {
  const steep = Array.from({ length: 26 }, (_, i): [number, number] => [7 * (2 + (i % 4)), 300 * (2 + (i % 4))]);
  const few = posteriorOf(learnWeeks(3, weeksOf(steep.slice(0, 4))));
  const many = posteriorOf(learnWeeks(3, weeksOf(steep)));
  expect(learningConfidence(many, priorOf(3))).toBeGreaterThan(learningConfidence(few, priorOf(3)));
  expect(learningSignal(many, 3)).toBeGreaterThan(0.9);
  const falling = steep.map(([sends]): [number, number] => [sends, 30_000 / sends]);
  expect(learningSignal(posteriorOf(learnWeeks(3, weeksOf(falling))), 3)).toBeLessThan(-0.9);
});
