/**
 * Finds captions for a week's revenue slots. Written by the planner, asked by the volume decision, so that the decision and the
 * week that is put together from it rest on one and the same matching.
 *
 * A slot is a position in the rotation's draw for this week, from 0; it stands for the content type drawn there. The supply is
 * asked with the slots of each weekday (0 = Monday), in order, matches them all at once, and names those that get no
 * caption. It is a pure function: asked again with the same slots it finds the same captions, which is how the
 * planner gets at them. It should leave as few slots unmatched as it can.
 *
 * @example
 * const supply: CaptionSupply = (slots) => {
 *   const order = slots.flat();
 *   const match = matchCaptions({ slots: captionSlotsOf(order.map(contentTypeOf), slots.map((day) => day.length), ...), ... });
 *   return { unmatchedSlots: order.filter((_, index) => match.captions[index] === undefined) };
 * };
 */
export type CaptionSupply = (slotsPerWeekday: readonly (readonly number[])[]) => CaptionAnswer;

export interface CaptionAnswer {
  /** Of the slots asked about. */
  readonly unmatchedSlots: readonly number[];
  /** Why they are unmatched, for the notes: `no rested caption for 2 x sextape`. */
  readonly reason?: string;
}

/** The slots that are left after those without a caption were taken away. */
export interface CaptionConstraint {
  /** In order. Every one of them was matched by the supply's last answer, on the day that `spread` gives it. */
  readonly slots: readonly number[];
  /** The supply's first reason, if it gave any. */
  readonly reason: string | undefined;
}

/**
 * Takes away the slots without a caption, each of which lowers the week by one. What is left is spread over the days anew and
 * asked about again, since a caption may not be rested yet on a slot's new day; mostly the second answer leaves none unmatched.
 *
 * @param spread the weekly distribution of so many slots: how many fall on each weekday.
 */
export function constrainByCaptions(
  slotCount: number,
  supply: CaptionSupply,
  spread: (slotCount: number) => readonly number[],
): CaptionConstraint {
  let slots: readonly number[] = firstSlots(slotCount);
  let reason: string | undefined;
  while (slots.length > 0) {
    const answer = supply(slotsPerWeekday(slots, spread(slots.length)));
    if (answer.unmatchedSlots.length === 0) break;
    reason ??= answer.reason;
    slots = without(slots, answer.unmatchedSlots);
  }
  return { slots, reason };
}

/** 0, 1, 2, ... */
export function firstSlots(slotCount: number): number[] {
  return Array.from({ length: slotCount }, (_, slot) => slot);
}

/** The slots in order, as many on each weekday as it is to have: the question for a supply. */
export function slotsPerWeekday(slots: readonly number[], counts: readonly number[]): number[][] {
  let next = 0;
  return counts.map((count) => slots.slice(next, (next += count)));
}

function without(slots: readonly number[], unmatched: readonly number[]): number[] {
  const gone = new Set(unmatched);
  const left = slots.filter((slot) => !gone.has(slot));
  if (left.length !== slots.length - unmatched.length) {
    throw new Error(
      `bug: the caption supply names slots twice, or such as it was not asked about: ${unmatched.join(' ')}`,
    );
  }
  return left;
}
