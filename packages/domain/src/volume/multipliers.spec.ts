import fc from 'fast-check';
import { baseVolume } from './base-volume.js';
import { opportunityMultiplier, saturationMultiplier, scaledVolume, trendStep } from './multipliers.js';

// Predecessor facts, 2.3.
it.each([
  [0, 1],
  [30, 1],
  [40, 0.95],
  [50, 0.9],
  [60, 0.8],
  [70, 0.7],
  [100, 0.7],
])('saturation %d: times %d', (saturation, expected) => {
  expect(saturationMultiplier(saturation)).toBeCloseTo(expected, 12);
});

it.each([
  [0, 0, 1],
  [50, 0, 1],
  [60, 0, 1.1],
  [70, 0, 1.2],
  [100, 30, 1.2],
  [100, 40, 1.1],
  [100, 50, 1],
  [100, 90, 1],
])('opportunity %d at saturation %d: times %d', (opportunity, saturation, expected) => {
  expect(opportunityMultiplier({ opportunity, saturation })).toBeCloseTo(expected, 12);
});

it.each([
  [-15.1, -1],
  [-15, 0],
  [0, 0],
  [15, 0],
  [15.1, 1],
])('trend %d %%: %d', (trend, step) => {
  expect(trendStep(trend)).toBe(step);
});

const paid = { pageType: 'paid', confidence: 1 } as const;
const scores = (saturation: number, opportunity: number, revenueTrendPct = 0) => ({
  saturation,
  opportunity,
  revenueTrendPct,
});

it('lets saturation act on all, opportunity not on retention, the trend on revenue after rounding', () => {
  const base = baseVolume('ultra', 'paid'); // 6, 5, 3
  expect(scaledVolume(base, scores(80, 90), paid)).toEqual({ revenue: 4, engagement: 4, retention: 2 }); // 4.2, 3.5, 2.1
  expect(scaledVolume(base, scores(20, 90), paid)).toEqual({ revenue: 7, engagement: 6, retention: 3 }); // 7.2, 6
  expect(scaledVolume(base, scores(20, 90, 20), paid)).toEqual({ revenue: 8, engagement: 6, retention: 3 });
  expect(scaledVolume(base, scores(80, 90, -20), paid)).toEqual({ revenue: 3, engagement: 4, retention: 2 });
});

it('keeps the trend at low confidence, rounds halves up, and stays in the bounds', () => {
  const low = { pageType: 'paid', confidence: 0.2 } as const;
  expect(scaledVolume(baseVolume('mid', 'paid'), scores(80, 50, -20), low).revenue).toBe(3); // 4 x 0.94 = 3.76, then -1
  expect(scaledVolume(baseVolume('high', 'paid'), scores(50, 50), paid).revenue).toBe(5); // 4.5
  expect(scaledVolume({ revenue: 1, engagement: 1, retention: 0 }, scores(90, 0, -50), paid).revenue).toBe(1);
  expect(scaledVolume(baseVolume('ultra', 'free'), scores(0, 100, 50), { pageType: 'free', confidence: 1 })).toEqual({
    revenue: 8,
    engagement: 6,
    retention: 0,
  });
});

const score = fc.double({ min: 0, max: 100, noNaN: true });
const tier = fc.constantFrom('low', 'mid', 'high', 'ultra').map((name) => name as 'low' | 'mid' | 'high' | 'ultra');

it('never sends more for more saturation, or less for more opportunity', () => {
  const confidence = fc.constantFrom(0.2, 0.4, 0.6, 0.8, 1);
  const property = fc.property(tier, score, score, score, confidence, (name, one, other, third, trust) => {
    const [low, high] = [Math.min(one, other), Math.max(one, other)];
    const options = { pageType: 'paid', confidence: trust } as const;
    const fresh = scaledVolume(baseVolume(name, 'paid'), scores(low, third), options);
    const tired = scaledVolume(baseVolume(name, 'paid'), scores(high, third), options);
    const closed = scaledVolume(baseVolume(name, 'paid'), scores(third, low), options);
    const open = scaledVolume(baseVolume(name, 'paid'), scores(third, high), options);
    for (const category of ['revenue', 'engagement', 'retention'] as const) {
      expect(tired[category]).toBeLessThanOrEqual(fresh[category]);
      expect(open[category]).toBeGreaterThanOrEqual(closed[category]);
    }
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('has no jumps: a hair of a score moves a multiplier by a hair', () => {
  const hair = 1e-6;
  const property = fc.property(score, score, (opportunity, saturation) => {
    const here = opportunityMultiplier({ opportunity, saturation });
    expect(Math.abs(opportunityMultiplier({ opportunity: opportunity + hair, saturation }) - here)).toBeLessThan(1e-7);
    expect(Math.abs(opportunityMultiplier({ opportunity, saturation: saturation + hair }) - here)).toBeLessThan(1e-7);
    expect(Math.abs(saturationMultiplier(saturation + hair) - saturationMultiplier(saturation))).toBeLessThan(1e-7);
  });
  fc.assert(property, { numRuns: 1_000 });
  for (const edge of [30, 50, 70]) {
    expect(
      Math.abs(
        opportunityMultiplier({ opportunity: 100, saturation: edge - hair }) -
          opportunityMultiplier({ opportunity: 100, saturation: edge }),
      ),
    ).toBeLessThan(1e-7);
    expect(
      Math.abs(
        opportunityMultiplier({ opportunity: edge - hair, saturation: 0 }) -
          opportunityMultiplier({ opportunity: edge, saturation: 0 }),
      ),
    ).toBeLessThan(1e-7);
  }
});
