import fc from 'fast-check';
import { DAY_MS, formatInstant, isStorableInstant, parseInstant } from './instant.js';

/** The last instant that a `Date` can hold. */
const LAST_MS = 8.64e15;

describe('formatInstant', () => {
  it('writes what Date writes, whichever instant came before', () => {
    const anyInstant = fc.oneof(
      fc.integer({ min: 0, max: 4 * DAY_MS }),
      fc.integer({ min: -LAST_MS, max: LAST_MS }),
      fc.double({ min: -2 * DAY_MS, max: 2 * DAY_MS, noNaN: true }),
      fc.constantFrom(-0, -0.5, -1, DAY_MS - 1, DAY_MS, -DAY_MS, -LAST_MS, LAST_MS),
    );
    fc.assert(
      fc.property(fc.array(anyInstant, { minLength: 1, maxLength: 5 }), (instants) => {
        expect(instants.map(formatInstant)).toEqual(instants.map((atMs) => new Date(atMs).toISOString()));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, LAST_MS + 1, -LAST_MS - 1])(
    'refuses %d, whichever came before',
    (atMs) => {
      for (const before of [0, LAST_MS, -LAST_MS]) {
        formatInstant(before);
        expect(() => formatInstant(atMs)).toThrow(RangeError);
      }
      expect(formatInstant(0)).toBe('1970-01-01T00:00:00.000Z');
    },
  );
});

describe('isStorableInstant', () => {
  it('holds for what is read as it was written', () => {
    const edges = ['0100-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map((text) => Date.parse(text));
    const near = fc.constantFrom(...edges.flatMap((edgeMs) => [edgeMs - 1, edgeMs, edgeMs + 1]), -LAST_MS, LAST_MS);
    fc.assert(
      fc.property(fc.oneof(near, fc.integer({ min: -LAST_MS, max: LAST_MS })), (atMs) => {
        if (isStorableInstant(atMs)) expect(parseInstant(formatInstant(atMs))).toBe(atMs);
        expect(isStorableInstant(atMs)).toBe(/^(?!00)\d{4}-/.test(formatInstant(atMs)));
      }),
      { numRuns: 1_000 },
    );
    expect([NaN, Infinity].map(isStorableInstant)).toEqual([false, false]);
  });
});
