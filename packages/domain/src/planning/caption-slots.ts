import { addDays, instantAt } from '../time/index.js';
import type { Week } from '../time/index.js';
import type { CaptionSlot } from './match-captions.js';

/**
 * The slots of a week with the days they fall on: the first ones on Monday, and so on. For `matchCaptions`, by the volume's
 * caption constraint and by the assembly alike.
 *
 * @param revenuePerDay revenue items of each day, Monday first. Slots beyond their sum stay out.
 */
export function captionSlotsOf(
  contentTypes: readonly string[],
  revenuePerDay: readonly number[],
  week: Week,
  timeZone: string,
): CaptionSlot[] {
  const days = revenuePerDay.flatMap((count, day) => new Array<number>(count).fill(day));
  if (days.length > contentTypes.length) {
    throw new Error(`bug: ${days.length} revenue items, but ${contentTypes.length} slots drawn`);
  }
  return days.map((day, slot) => ({
    contentType: contentTypes[slot] ?? '',
    fromMs: instantAt(timeZone, addDays(week.start, day), 0),
    untilMs: instantAt(timeZone, addDays(week.start, day + 1), 0),
  }));
}
