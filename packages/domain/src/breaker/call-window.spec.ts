import fc from 'fast-check';
import { callWindow } from './call-window.js';

const calls = fc.array(
  fc.record({ isBad: fc.boolean(), afterMs: fc.constantFrom(0, 1, 99, 100, 101, 999, 1_000, 5_000) }),
  {
    maxLength: 60,
  },
);

describe('a window of calls', () => {
  it('holds the last so many, whatever came before them', () => {
    const property = fc.property(fc.integer({ min: 1, max: 12 }), calls, (length, script) => {
      const window = callWindow({ calls: length });
      for (const { isBad } of script) window.add(isBad, 0);
      const last = script.slice(-length);
      expect(window.tally(0)).toEqual({ calls: last.length, bad: last.filter(({ isBad }) => isBad).length });
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('of a time holds all calls of nine tenths of it, and none from before it', () => {
    const property = fc.property(fc.nat({ max: 10_000 }), calls, (startMs, script) => {
      const window = callWindow({ ms: 1_000 });
      let nowMs = startMs;
      const seen = script.map(({ isBad, afterMs }) => {
        nowMs += afterMs;
        window.add(isBad, nowMs);
        return { isBad, atMs: nowMs };
      });
      const since = (ageMs: number) => seen.filter(({ atMs }) => atMs > nowMs - ageMs);
      const { calls: held, bad } = window.tally(nowMs);
      expect(held).toBeGreaterThanOrEqual(since(900).length);
      expect(held).toBeLessThanOrEqual(since(1_000).length);
      expect(bad).toBe(
        since(1_000)
          .slice(-held || Infinity)
          .filter(({ isBad }) => isBad).length,
      );
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('of a time empties without a call, by the instant that comes in', () => {
    const window = callWindow({ ms: 1_000 });
    window.add(true, 50);
    expect(window.tally(999)).toEqual({ calls: 1, bad: 1 });
    expect(window.tally(1_000)).toEqual({ calls: 0, bad: 0 });
  });

  it('of a time loses nothing to a clock that runs back, nor to one that leaps', () => {
    const window = callWindow({ ms: 1_000 });
    window.add(true, 5_000);
    window.add(false, 100);
    expect(window.tally(100)).toEqual({ calls: 2, bad: 1 });
    window.add(true, 5_000); // and forward again
    expect(window.tally(5_000)).toEqual({ calls: 3, bad: 2 });
    window.add(true, 9e15);
    expect(window.tally(9e15)).toEqual({ calls: 1, bad: 1 });
  });
});
