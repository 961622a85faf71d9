import fc from 'fast-check';
import { drawCurve, readCurve } from './revenue-curve.js';

const curve = [
  { volume: 0, revenueUsd: 0 },
  { volume: 1, revenueUsd: 100 },
  { volume: 3, revenueUsd: 200 },
];

it.each([
  [0, 0],
  [0.5, 50],
  [1, 100],
  [2.5, 175],
  [3, 200],
  [9, 200],
])('earns at %d sends a day %d', (volume, revenueUsd) => {
  expect(readCurve(curve, volume)).toBe(revenueUsd);
});

it('has nothing to read in a curve without points', () => {
  expect(readCurve([], 3)).toBeUndefined();
});

it('is drawn from 0 to 12 by halves, in cents, and never asked for no sends at all', () => {
  const asked: number[] = [];
  const drawn = drawCurve((volume) => {
    asked.push(volume);
    return volume / 3;
  });
  expect(drawn).toHaveLength(25);
  expect(drawn[0]).toEqual({ volume: 0, revenueUsd: 0 });
  expect(drawn[24]).toEqual({ volume: 12, revenueUsd: 4 });
  expect(drawn[1]).toEqual({ volume: 0.5, revenueUsd: 0.17 });
  expect(Math.min(...asked)).toBe(0.5);
});

it('reads between its points what lies between them, and survives JSON', () => {
  const points = fc.array(fc.nat({ max: 100_000 }), { minLength: 25, maxLength: 25 });
  const property = fc.property(points, fc.double({ min: 0, max: 12, noNaN: true }), (values, volume) => {
    const drawn = drawCurve((at) => values[at * 2] ?? 0);
    const read = readCurve(drawn, volume) ?? NaN;
    const around = [Math.floor(volume * 2), Math.ceil(volume * 2)].map((i) => drawn[i]?.revenueUsd ?? NaN);
    expect(read).toBeGreaterThanOrEqual(Math.min(...around) - 1e-9);
    expect(read).toBeLessThanOrEqual(Math.max(...around) + 1e-9);
    expect(readCurve(JSON.parse(JSON.stringify(drawn)) as typeof drawn, volume)).toBe(read);
  });
  fc.assert(property, { numRuns: 1_000 });
});
