import fc from 'fast-check';
import { constrainByCaptions, slotsPerWeekday } from './caption-supply.js';
import type { CaptionSupply } from './caption-supply.js';
import { distributeWeek } from './weekly-distribution.js';

const spread = (sends: number) => distributeWeek(sends, [1, 1, 1, 1, 1, 1, 1], { min: 1, max: 8 });

/** Content types drawn in turn, with so many captions each; some captions of `a` are rested only from a weekday on. */
const supplyOf =
  (
    types: readonly string[],
    captions: Readonly<Record<string, number>>,
    restedFrom: readonly number[] = [],
  ): CaptionSupply =>
  (asked) => {
    const left = { ...captions };
    const resting = [...restedFrom].sort((a, b) => b - a);
    const isMatched = (slot: number, day: number) => {
      const type = types[slot % types.length] ?? '';
      const rested = type === 'a' ? resting.findIndex((from) => from <= day) : -1;
      if (rested >= 0) resting.splice(rested, 1);
      else left[type] = (left[type] ?? 0) - 1;
      return rested >= 0 || (left[type] ?? 0) >= 0;
    };
    const unmatchedSlots = asked.flatMap((slots, day) => slots.filter((slot) => !isMatched(slot, day)));
    return { unmatchedSlots, reason: `${unmatchedSlots.length} without` };
  };

it('lowers the week by one for each unmatched slot', () => {
  const constrained = (captions: number) => constrainByCaptions(28, supplyOf(['a'], { a: captions }), spread);
  expect(constrained(40)).toEqual({ slots: Array.from({ length: 28 }, (_, slot) => slot), reason: undefined });
  expect(constrained(27).slots).toHaveLength(27);
  expect(constrained(20)).toMatchObject({ reason: '8 without' });
  expect(constrained(0)).toEqual({ slots: [], reason: '28 without' });
});

it('passes over slots of a content type without captions, and keeps the others', () => {
  const { slots } = constrainByCaptions(28, supplyOf(['a', 'b'], { a: 99, b: 2 }), spread);
  expect(slots).toEqual([0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26]);
});

it('asks again about the days that the slots come to lie on', () => {
  // Three of the four captions are rested from Saturday on: on their new days two of the slots lose theirs.
  const { slots } = constrainByCaptions(28, supplyOf(['a'], { a: 1 }, [5, 5, 5]), spread);
  const last = supplyOf(['a'], { a: 1 }, [5, 5, 5])(slotsPerWeekday(slots, spread(slots.length)));
  expect(last.unmatchedSlots).toEqual([]);
  expect(slots.length).toBeLessThan(4);
  expect(slots.length).toBeGreaterThan(0);
});

it('takes away as many slots as lack a caption, and ends with an answer that matches them all', () => {
  const property = fc.property(
    fc.nat({ max: 56 }),
    fc.nat({ max: 60 }),
    fc.nat({ max: 30 }),
    fc.array(fc.nat({ max: 6 }), { maxLength: 12 }),
    (offered, a, b, restedFrom) => {
      const supply = supplyOf(['a', 'b', 'a'], { a, b }, restedFrom);
      const { slots } = constrainByCaptions(offered, supply, spread);
      const asked = slotsPerWeekday(slots, spread(slots.length));
      expect(asked.flat()).toEqual(slots);
      expect(asked.map((day) => day.length)).toEqual(spread(slots.length));
      expect(supply(asked).unmatchedSlots).toEqual([]);
      if (restedFrom.length > 0) return;
      const ofB = Array.from({ length: offered }, (_, slot) => slot % 3).filter((place) => place === 1).length;
      expect(slots.length).toBe(Math.min(offered - ofB, a) + Math.min(ofB, b));
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});

it.each([[[28]], [[3, 3]], [[-1]]])('calls the answer %j a bug', (unmatchedSlots) => {
  expect(() => constrainByCaptions(28, () => ({ unmatchedSlots }), spread)).toThrow(/bug: the caption supply/);
});
