import { localTimeAt, MINUTE_MS } from '../time/index.js';
import { isQuiet, isRoundMinute } from './plan-settings.js';
import type { PlanSettings } from './plan-settings.js';

/** The window of planned follow-ups, both ends included (spec, section 2). */
const SHORTEST_GAP_MINUTES = 15;
const LONGEST_GAP_MINUTES = 45;

/**
 * The drawn time of a follow-up, or the nearest one a whole number of minutes away that keeps the window, quiet hours,
 * round minutes and the distance to every other item. `undefined` when the window holds none. A drawn time that breaks
 * no rule is never moved.
 *
 * @param othersMs the instants of all other items near, stored ones included; the parent may be among them.
 */
export function placeFollowup(
  parentMs: number,
  drawnMs: number,
  othersMs: readonly number[],
  timeZone: string,
  settings: PlanSettings,
): number | undefined {
  const reach = LONGEST_GAP_MINUTES - SHORTEST_GAP_MINUTES;
  for (let step = 0; step <= 2 * reach; step++) {
    const moved = (step % 2 === 1 ? 1 : -1) * Math.ceil(step / 2);
    const atMs = drawnMs + moved * MINUTE_MS;
    if (keepsRules(atMs)) return atMs;
  }
  return undefined;

  function keepsRules(atMs: number): boolean {
    const gapMinutes = (atMs - parentMs) / MINUTE_MS;
    if (!(gapMinutes >= SHORTEST_GAP_MINUTES && gapMinutes <= LONGEST_GAP_MINUTES)) return false;
    const { minuteOfDay } = localTimeAt(timeZone, atMs);
    if (isQuiet(minuteOfDay, settings.quietHours) || isRoundMinute(minuteOfDay)) return false;
    return othersMs.every((otherMs) => Math.abs(otherMs - atMs) >= settings.followupGapMinutes * MINUTE_MS);
  }
}
