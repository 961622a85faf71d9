import { roundHalfUp } from '../arithmetic/index.js';

/** A day never has more (spec, section 2). */
export const FOLLOWUPS_PER_DAY_MAX = 4;

/**
 * How many follow-ups a day with so many PPVs gets: four fifths of them, lowered by the confidence, both times rounded half up.
 *
 * @param confidence 0..1
 * @param perDayMax 4 by default, and the most that is allowed.
 *
 * Source: predecessor facts, 2.10, whose cap was 5.
 */
export function followupCount(ppvCount: number, confidence: number, perDayMax = FOLLOWUPS_PER_DAY_MAX): number {
  return Math.min(perDayMax, roundHalfUp(roundHalfUp(0.8 * ppvCount) * confidence));
}
