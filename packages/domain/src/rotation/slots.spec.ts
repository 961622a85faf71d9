import fc from 'fast-check';
import { servePattern, type RotationPattern, type SequenceType } from './rotation-pattern.js';
import { drawSlots } from './slots.js';

const START_MS = Date.UTC(2026, 0, 5);

const weightsArb = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 0.001, 1), // shares at and far from the limit
);

/** Any stored pattern, feasible or not, over names that several patterns have in common. */
const patternArb = (sequence?: SequenceType): fc.Arbitrary<RotationPattern> =>
  fc
    .record({
      names: fc.shuffledSubarray([...'abcdefghijkl'], { minLength: 1 }),
      weights: fc.array(weightsArb, { minLength: 12, maxLength: 12 }),
      sequence_type: sequence
        ? fc.constant(sequence)
        : fc.constantFrom<SequenceType>('weighted_random', 'round_robin', 'shuffled_cycle'),
      avoid_repeat_within: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 12 })),
    })
    .map(({ names, weights, sequence_type, avoid_repeat_within }) => ({
      content_types: names,
      sequence_type,
      weights: Object.fromEntries(names.map((name, i) => [name, weights[i] ?? 0])),
      cycle_length_days: 7,
      avoid_repeat_within,
    }));

const draw = (
  pattern: RotationPattern,
  count: number,
  drawsBefore: readonly string[] = [],
  creatorId = 'c-1',
): string[] => drawSlots({ creatorId, pattern, patternStartMs: START_MS, drawsBefore, from: 0, count });

/** The first slot that repeats one of the w - 1 before it. */
function firstRepeat(before: readonly string[], slots: readonly string[], w: number): number | undefined {
  const all = [...before, ...slots];
  for (let at = before.length; at < all.length; at++) {
    for (let back = 1; back < w && back <= at; back++) if (all[at] === all[at - back]) return at - before.length;
  }
  return undefined;
}

describe('slots', () => {
  it('repeat no content type within the window, over several patterns in a row', () => {
    const patterns = fc.array(fc.tuple(patternArb(), fc.nat({ max: 40 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(patterns, (row) => {
        const drawn: string[] = [];
        row.forEach(([pattern, count], i) => {
          const slots = drawSlots({
            creatorId: 'c-1',
            pattern,
            patternStartMs: START_MS + i,
            drawsBefore: drawn,
            from: 0,
            count,
          });
          expect(slots).toHaveLength(count);
          expect(firstRepeat(drawn, slots, servePattern(pattern).avoidRepeatWithin)).toBeUndefined();
          drawn.push(...slots);
        });
      }),
      { numRuns: 1_500 },
    );
  });

  it('follow the shares in every prefix, give or take max(2, w)', () => {
    const given = fc.tuple(patternArb(), fc.array(fc.constantFrom(...'abcdefghijkl'), { maxLength: 11 }), fc.string());
    fc.assert(
      fc.property(given, ([pattern, before, creatorId]) => {
        const { contentTypes, shares, avoidRepeatWithin: w } = servePattern(pattern);
        const counts = new Map(contentTypes.map((type) => [type, 0]));
        draw(pattern, 150, before, creatorId).forEach((slot, i) => {
          counts.set(slot, (counts.get(slot) ?? 0) + 1);
          contentTypes.forEach((type, j) => {
            const off = Math.abs((counts.get(type) ?? 0) - (i + 1) * (shares[j] ?? 0));
            if (off > Math.max(2, w) + 1e-9) throw new Error(`${type} is ${off} draws off after ${i + 1}`);
          });
        });
      }),
      { numRuns: 1_500 },
    );
  });

  it('are the same however they are asked for, and see of the past only the window', () => {
    const given = fc.tuple(
      patternArb(),
      fc.array(fc.constantFrom(...'abcdefghijkl'), { maxLength: 20 }),
      fc.nat(60),
      fc.nat(60),
    );
    fc.assert(
      fc.property(given, ([pattern, before, from, count]) => {
        const all = draw(pattern, 120, before);
        const request = { creatorId: 'c-1', pattern, patternStartMs: START_MS, drawsBefore: before, from, count };
        expect(drawSlots(request)).toEqual(all.slice(from, from + count));
        const window = servePattern(pattern).avoidRepeatWithin - 1;
        expect(draw(pattern, 120, window > 0 ? before.slice(-window) : [])).toEqual(all);
      }),
      { numRuns: 1_000 },
    );
  });

  it('differ from creator to creator and from pattern start to pattern start', () => {
    const pattern: RotationPattern = { ...reference, avoid_repeat_within: 1 };
    const others = [
      draw(pattern, 40, [], 'c-2'),
      drawSlots({ ...request(pattern), patternStartMs: START_MS + 1, count: 40 }),
    ];
    for (const other of others) expect(other).not.toEqual(draw(pattern, 40));
  });

  it('force b_g of the reference into every second slot', () => {
    const firsts = Array.from({ length: 200 }, (_, i) => {
      const slots = draw(reference, 100, [], `c-${i}`);
      const first = slots.indexOf('b_g');
      slots.forEach((slot, at) => expect(slot === 'b_g').toBe(at % 2 === first));
      return first;
    });
    expect(new Set(firsts)).toEqual(new Set([0, 1]));
  });

  it('are not the same order over and over when the weights leave room', () => {
    const pattern = { ...reference, content_types: ['a', 'b', 'c', 'd'], weights: { a: 0.4, b: 0.3, c: 0.2, d: 0.1 } };
    const weeks = new Set(Array.from({ length: 50 }, (_, i) => draw(pattern, 28, [], `c-${i}`).join()));
    expect(weeks.size).toBe(50);
  });
});

describe('round_robin', () => {
  it('is the listed order when nothing went before', () => {
    fc.assert(
      fc.property(patternArb('round_robin'), (pattern) => {
        const { content_types: types } = pattern;
        expect(draw(pattern, 60)).toEqual(Array.from({ length: 60 }, (_, i) => types[i % types.length]));
      }),
      { numRuns: 1_000 },
    );
  });

  it('serves a type that may not come yet as soon as it may, then goes on as listed', () => {
    const pattern: RotationPattern = { ...reference, sequence_type: 'round_robin', content_types: [...'abcd'] };
    expect(draw(pattern, 10, ['a']).join('')).toBe('bacdabcdab');
    expect(draw({ ...pattern, avoid_repeat_within: 3 }, 12, ['b', 'a']).join('')).toBe('cbadbacdabcd');
  });

  it('finds back to the listed order when it has a type more than the window, and is bound for good when it has not', () => {
    const given = fc.tuple(patternArb('round_robin'), fc.array(fc.constantFrom(...'abcdefghijkl'), { maxLength: 11 }));
    fc.assert(
      fc.property(given, ([pattern, before]) => {
        const types = pattern.content_types;
        const k = types.length;
        const slots = draw(pattern, 40 * k, before);
        const late = slots.slice(-3 * k);
        if (servePattern(pattern).avoidRepeatWithin < k) expect(late).toEqual([...types, ...types, ...types]);
        else expect(slots.slice(k)).toEqual(slots.slice(0, -k));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('shuffled_cycle', () => {
  it('holds every type once in each cycle, whatever went before', () => {
    const given = fc.tuple(
      patternArb('shuffled_cycle'),
      fc.array(fc.constantFrom(...'abcdefghijkl'), { maxLength: 11 }),
    );
    fc.assert(
      fc.property(given, ([pattern, before]) => {
        const types = pattern.content_types;
        const slots = draw(pattern, types.length * 12, before);
        for (let from = 0; from < slots.length; from += types.length) {
          expect(new Set(slots.slice(from, from + types.length)).size).toBe(types.length);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('makes every order that its beginning allows equally likely', () => {
    const pattern: RotationPattern = {
      ...reference,
      sequence_type: 'shuffled_cycle',
      content_types: [...'abcd'],
      avoid_repeat_within: 3,
    };
    const seen = new Map<string, number>();
    for (let i = 0; i < 14_000; i++) {
      const order = draw(pattern, 4, ['a', 'b'], `c-${i}`).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    // a may stand second at the earliest, b third: b in two places, then a in two, then two orders of c and d.
    expect([...seen.keys()].sort()).toEqual(['cabd', 'cadb', 'cdab', 'cdba', 'dabc', 'dacb', 'dcab', 'dcba']);
    for (const count of seen.values()) expect(Math.abs(count - 14_000 / 8)).toBeLessThan(4.5 * Math.sqrt(14_000 / 8));
  });
});

const reference: RotationPattern = {
  content_types: ['b_g', 'solo', 'toy'],
  sequence_type: 'weighted_random',
  weights: { b_g: 0.5, solo: 0.3, toy: 0.2 },
  cycle_length_days: 7,
  avoid_repeat_within: 2,
};

const request = (pattern: RotationPattern) => ({
  creatorId: 'c-1',
  pattern,
  patternStartMs: START_MS,
  drawsBefore: [],
  from: 0,
});
