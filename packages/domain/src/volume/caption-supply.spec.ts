import fc from 'fast-check';
import { constrainByCaptions } from './caption-supply.js';
import type { CaptionSupply } from './caption-supply.js';
import { distributeWeek } from './weekly-distribution.js';

const spread = (sends: number) => distributeWeek(sends, [1, 1, 1, 1, 1, 1, 1], { min: 1, max: 8 });
const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

/** So many captions, whatever the slot: handed out from Monday on. */
const pool =
  (captions: number): CaptionSupply =>
  (asked) => {
    let left = captions;
    const matchedPerWeekday = asked.map((count) => {
      const matched = Math.min(count, left);
      left -= matched;
      return matched;
    });
    return { matchedPerWeekday, reason: `${captions} captions` };
  };

it('lowers the week by one for each unmatched slot', () => {
  expect(constrainByCaptions(28, pool(40), spread)).toEqual({ revenuePerWeek: 28, reason: undefined });
  expect(constrainByCaptions(28, pool(27), spread)).toEqual({ revenuePerWeek: 27, reason: '27 captions' });
  expect(constrainByCaptions(28, pool(0), spread)).toEqual({ revenuePerWeek: 0, reason: '0 captions' });
});

it('finds the longest beginning of the rotation that has captions, when slots are taken in order', () => {
  // The slots' content types; two captions for b, plenty for a.
  const inOrder: CaptionSupply = (asked) => {
    const types = Array.from({ length: sum(asked) }, (_, slot) => (slot % 2 === 0 ? 'a' : 'b'));
    let left = 2;
    const isMatched = types.map((type) => type === 'a' || left-- > 0);
    let slot = 0;
    return { matchedPerWeekday: asked.map((count) => isMatched.slice(slot, (slot += count)).filter(Boolean).length) };
  };
  expect(constrainByCaptions(28, inOrder, spread).revenuePerWeek).toBe(5); // a b a b a
});

it('ends with a week that the supply matches whole, the largest that a mere count of captions allows', () => {
  const property = fc.property(fc.nat({ max: 56 }), fc.nat({ max: 70 }), (offered, captions) => {
    const { revenuePerWeek } = constrainByCaptions(offered, pool(captions), spread);
    expect(revenuePerWeek).toBe(Math.min(offered, captions));
    expect(sum(pool(captions)(spread(revenuePerWeek)).matchedPerWeekday)).toBe(revenuePerWeek);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it.each([[[5, 4, 4, 4, 4, 4, 4]], [[-1, 4, 4, 4, 4, 4, 4]], [[4, 4, 4]]])(
  'calls the answer %j a bug',
  (matchedPerWeekday) => {
    expect(() => constrainByCaptions(28, () => ({ matchedPerWeekday }), spread)).toThrow(/bug: the caption supply/);
  },
);
