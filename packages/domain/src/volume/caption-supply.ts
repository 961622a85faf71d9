/**
 * Which of a week's revenue slots get a caption. Written by the planner, asked by the volume decision, so that the decision and
 * the week that is put together from it rest on one and the same matching.
 *
 * Asked with how many revenue slots each weekday has (0 = Monday), it matches them all at once and answers how many of each
 * day got a caption. It must be a pure function: the planner asks once more with the decision's week and gets the matching that
 * the decision saw. It may leave any slot unmatched, but should leave as few as it can.
 *
 * The decision lowers the week by one for each unmatched slot, spreads it anew and asks again, until every slot is matched.
 * So a supply may take the rotation's slots strictly in order, or leave out slots whose content type has no caption: in both
 * cases the last answer is a full one, for the week that the decision holds.
 */
export type CaptionSupply = (revenuePerWeekday: readonly number[]) => CaptionAnswer;

export interface CaptionAnswer {
  /** By weekday: 0..asked. */
  readonly matchedPerWeekday: readonly number[];
  /** Why slots were left unmatched, for the notes: `no rested caption for 2 x sextape`. */
  readonly reason?: string;
}

/** The revenue sends of a week after as many as lack a caption were taken away. */
export interface CaptionConstraint {
  readonly revenuePerWeek: number;
  /** The supply's first reason, if it gave any. */
  readonly reason: string | undefined;
}

/**
 * The most revenue sends a week, from `revenuePerWeek` down, for which the supply matches every slot.
 *
 * @param spread the weekly distribution of so many sends.
 */
export function constrainByCaptions(
  revenuePerWeek: number,
  supply: CaptionSupply,
  spread: (revenuePerWeek: number) => readonly number[],
): CaptionConstraint {
  let remaining = revenuePerWeek;
  let reason: string | undefined;
  while (remaining > 0) {
    const asked = spread(remaining);
    const answer = supply(asked);
    const unmatched = unmatchedOf(asked, answer.matchedPerWeekday);
    if (unmatched === 0) break;
    reason ??= answer.reason;
    remaining -= unmatched;
  }
  return { revenuePerWeek: remaining, reason };
}

function unmatchedOf(asked: readonly number[], matched: readonly number[]): number {
  let unmatched = 0;
  asked.forEach((count, day) => {
    const got = matched[day] ?? NaN;
    if (!Number.isSafeInteger(got) || got < 0 || got > count) {
      throw new Error(`bug: the caption supply matched ${got} of ${count} slots on weekday ${day}`);
    }
    unmatched += count - got;
  });
  return unmatched;
}
