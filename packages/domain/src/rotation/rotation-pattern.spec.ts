import fc from 'fast-check';
import { InvalidPatternError } from './errors.js';
import { checkPattern, feasibleShares, parsePattern, servePattern, type RotationPattern } from './rotation-pattern.js';

const reference = {
  content_types: ['b_g', 'solo', 'toy'],
  sequence_type: 'weighted_random',
  weights: { b_g: 0.5, solo: 0.3, toy: 0.2 },
  cycle_length_days: 7,
  avoid_repeat_within: 2,
};

describe('a new pattern', () => {
  it('is taken as the reference writes it', () => {
    expect(checkPattern(reference)).toEqual(reference);
  });

  it.each([
    ['no object', 'solo', 'pattern'],
    ['no content types', { ...reference, content_types: [] }, 'content_types'],
    ['a blank content type', { ...reference, content_types: ['solo', ' '] }, 'content_types'],
    ['a type listed twice', { ...reference, content_types: ['solo', 'toy', 'solo'] }, 'content_types'],
    ['a sequence nobody knows', { ...reference, sequence_type: 'random' }, 'sequence_type'],
    ['no weights to draw by', { ...reference, weights: undefined }, 'weights'],
    ['a weight that is no number', { ...reference, weights: { b_g: '0.5', solo: 0.3, toy: 0.2 } }, 'weights.b_g'],
    ['a type without a weight', { ...reference, weights: { b_g: 0.5, solo: 0.5 } }, 'weights.toy'],
    ['a negative weight', { ...reference, weights: { b_g: 0.5, solo: 0.6, toy: -0.1 } }, 'weights.toy'],
    ['a weight of no listed type', { ...reference, weights: { ...reference.weights, feet: 0.2 } }, 'weights.feet'],
    ['weights that sum to 0.98', { ...reference, weights: { b_g: 0.48, solo: 0.3, toy: 0.2 } }, 'weights'],
    [
      'a share that slots leave no room for',
      { ...reference, weights: { b_g: 0.51, solo: 0.29, toy: 0.2 } },
      'weights.b_g',
    ],
    ['a cycle of no day', { ...reference, cycle_length_days: 0 }, 'cycle_length_days'],
    ['a cycle of half days', { ...reference, cycle_length_days: 2.5 }, 'cycle_length_days'],
    ['a window that is longer than the list', { ...reference, avoid_repeat_within: 4 }, 'avoid_repeat_within'],
    ['a negative window', { ...reference, avoid_repeat_within: -1 }, 'avoid_repeat_within'],
    ['a part that no pattern has', { ...reference, cycle_days: 7 }, 'cycle_days'],
  ])('with %s is refused, and told by its part', (_, pattern, field) => {
    expect(() => checkPattern(pattern)).toThrow(expect.objectContaining({ code: 'invalid_pattern', field }));
  });

  it('says which weight is too large and how large it may be', () => {
    const weights = { b_g: 0.6, solo: 0.2, toy: 0.2 };
    expect(() => checkPattern({ ...reference, weights })).toThrow(
      'weights.b_g is 0.6: give at most 0.5, since avoid_repeat_within 2 leaves a type one slot in 2; or lower avoid_repeat_within',
    );
  });

  it('may have weights a hundredth off and shares half a hundredth over, which are evened out without a word', () => {
    const pattern = checkPattern({ ...reference, weights: { b_g: 0.509, solo: 0.3, toy: 0.2 } });
    expect(servePattern(pattern)).toMatchObject({ adjustments: [] });
    expect(servePattern(pattern).shares[0]).toBe(0.5);
    expect(checkPattern({ ...reference, weights: { b_g: 0.49, solo: 0.3, toy: 0.2 } })).toBeDefined();
  });

  it('needs no weights where they are ignored', () => {
    for (const sequence_type of ['round_robin', 'shuffled_cycle']) {
      const pattern = checkPattern({ ...reference, sequence_type, weights: undefined });
      expect(servePattern(pattern).shares).toEqual([1 / 3, 1 / 3, 1 / 3]);
      const lopsided = checkPattern({ ...reference, sequence_type, weights: { b_g: 9 } });
      expect(servePattern(lopsided).shares).toEqual([1 / 3, 1 / 3, 1 / 3]);
    }
  });
});

describe('a stored pattern', () => {
  it('that cannot be kept is served as nearly as it can be, and says so', () => {
    const stored = parsePattern({ ...reference, weights: { b_g: 0.8, solo: 0.15, toy: 0.05 } });
    expect(servePattern(stored)).toEqual({
      contentTypes: ['b_g', 'solo', 'toy'],
      sequenceType: 'weighted_random',
      shares: [0.5, expect.closeTo(0.375, 12), expect.closeTo(0.125, 12)],
      avoidRepeatWithin: 2,
      adjustments: [{ type: 'share_capped', contentType: 'b_g', stored: 0.8, served: 0.5 }],
    });
  });

  it('with fewer types than its window is served with a window of that many', () => {
    const stored = parsePattern({ ...reference, avoid_repeat_within: 5 });
    expect(servePattern(stored).adjustments[0]).toEqual({ type: 'avoid_repeat_lowered', stored: 5, served: 3 });
    expect(servePattern(stored).shares).toEqual([1 / 3, 1 / 3, 1 / 3].map((share) => expect.closeTo(share, 12)));
  });

  it('with weights of any sum, or none at all, is served in their proportion', () => {
    const doubled = servePattern(parsePattern({ ...reference, weights: { b_g: 1, solo: 0.6, toy: 0.4 } }));
    expect(doubled.shares).toEqual([0.5, 0.3, 0.2].map((share) => expect.closeTo(share, 12)));
    expect(doubled.adjustments).toEqual([{ type: 'weights_normalised', sum: 2 }]);
    const blank = servePattern(parsePattern({ ...reference, weights: {} }));
    expect(blank.shares).toEqual([1 / 3, 1 / 3, 1 / 3].map((share) => expect.closeTo(share, 12)));
  });

  it('is refused when it holds no pattern', () => {
    expect(() => parsePattern({ pattern_index: 2, position: 1 })).toThrow(InvalidPatternError);
    expect(() => parsePattern(null)).toThrow(InvalidPatternError);
  });
});

describe('feasible shares', () => {
  const asked = fc
    .tuple(
      fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.nat(),
    )
    .map(([weights, pick]) => {
      const sum = weights.reduce((a, b) => a + b, 0);
      const shares = weights.map((weight) => (sum > 0 ? weight / sum : 1 / weights.length));
      return { shares, w: 1 + (pick % shares.length) };
    });

  it('sum to 1, stay under 1 / w, keep the order and the proportions of what was not cut, and lower nobody to no need', () => {
    fc.assert(
      fc.property(asked, ({ shares, w }) => {
        const served = feasibleShares(shares, w);
        expect(served.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        const isCut = served.map((share) => share > 1 / w - 1e-9);
        for (const [i, share] of served.entries()) {
          expect(share).toBeLessThanOrEqual(1 / w + 1e-9);
          if (!isCut[i]) expect(share).toBeGreaterThanOrEqual((shares[i] ?? 0) - 1e-9);
          for (const [j, other] of served.entries()) {
            if ((shares[i] ?? 0) > (shares[j] ?? 0)) expect(share).toBeGreaterThanOrEqual(other - 1e-9);
            const areBothFree = !isCut[i] && !isCut[j] && (shares[i] ?? 0) > 0 && (shares[j] ?? 0) > 0;
            if (areBothFree) expect(share * (shares[j] ?? 0)).toBeCloseTo(other * (shares[i] ?? 0), 9);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('leave feasible shares as they are', () => {
    fc.assert(
      fc.property(asked, ({ shares, w }) => {
        const once = feasibleShares(shares, w);
        feasibleShares(once, w).forEach((share, i) => expect(share).toBeCloseTo(once[i] ?? 0, 9));
      }),
      { numRuns: 1_000 },
    );
  });

  it('keep every new pattern whole: what is accepted needs no adjustment', () => {
    const input = asked.map(({ shares, w }): RotationPattern => {
      const content_types = shares.map((_, i) => `type ${i}`);
      const served = feasibleShares(shares, w);
      const weights = Object.fromEntries(content_types.map((type, i) => [type, served[i] ?? 0]));
      return { content_types, sequence_type: 'weighted_random', weights, cycle_length_days: 7, avoid_repeat_within: w };
    });
    fc.assert(
      fc.property(input, (pattern) => expect(servePattern(checkPattern(pattern)).adjustments).toEqual([])),
      { numRuns: 1_000 },
    );
  });
});
