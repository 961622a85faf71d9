import { addDays, instantAt, localTimeAt, MINUTE_MS, offsetMsAt } from '../time/index.js';
import type { Week } from '../time/index.js';
import { isQuiet, isRoundMinute } from './plan-settings.js';
import type { PlanSettings } from './plan-settings.js';
import type { StoredItem } from './week-draft.js';

export const FREE_FITS = 1;
export const PPV_FITS = 2;

/** The minutes of one creator-local week, counted from its start. A week with a clock change is shorter or longer. */
export interface WeekMinutes {
  readonly startMs: number;
  /** Per minute, what may go out then: `FREE_FITS`, `PPV_FITS`, both or nothing. */
  readonly fits: Uint8Array;
  /** Per minute, the minute of the day that the wall clock shows. */
  readonly wallMinute: Int16Array;
  /** The first minute of each day, Monday first, and of the day after the week. */
  readonly dayFrom: readonly number[];
}

/**
 * Lays out a week: quiet hours, round minutes and the surroundings of stored items are closed. A time that the wall
 * clock shows a second time in autumn is closed too, so that date and HH:MM always name one instant.
 */
export function weekMinutesOf(
  timeZone: string,
  week: Week,
  settings: PlanSettings,
  neighbours: readonly StoredItem[],
): WeekMinutes {
  const { startMs } = week;
  const dayFrom = Array.from(
    { length: 8 },
    (_, day) => (instantAt(timeZone, addDays(week.start, day), 0) - startMs) / MINUTE_MS,
  );
  const length = dayFrom[7] ?? 0;
  const fits = new Uint8Array(length);
  const wallMinute = new Int16Array(length);
  const isOpen = openMinutesOfDay(settings);
  for (let day = 0; day < 7; day++) {
    const from = dayFrom[day] ?? 0;
    const to = dayFrom[day + 1] ?? 0;
    const hasOneOffset =
      offsetMsAt(timeZone, startMs + from * MINUTE_MS) === offsetMsAt(timeZone, startMs + (to - 1) * MINUTE_MS);
    const first = localTimeAt(timeZone, startMs + from * MINUTE_MS).minuteOfDay;
    for (let minute = from; minute < to; minute++) {
      let shown = first + minute - from;
      let isSecondShowing = false;
      if (!hasOneOffset) {
        const atMs = startMs + minute * MINUTE_MS;
        const local = localTimeAt(timeZone, atMs);
        shown = local.minuteOfDay;
        isSecondShowing = instantAt(timeZone, local.date, shown) !== atMs;
      }
      wallMinute[minute] = shown;
      fits[minute] = isOpen[shown] === 1 && !isSecondShowing ? FREE_FITS | PPV_FITS : 0;
    }
  }
  for (const item of neighbours) closeAround(item, startMs, fits, settings);
  return { startMs, fits, wallMinute, dayFrom };
}

function openMinutesOfDay({ quietHours }: PlanSettings): Uint8Array {
  const isOpen = new Uint8Array(1440);
  for (let minute = 0; minute < 1440; minute++)
    isOpen[minute] = isQuiet(minute, quietHours) || isRoundMinute(minute) ? 0 : 1;
  return isOpen;
}

function closeAround(item: StoredItem, startMs: number, fits: Uint8Array, settings: PlanSettings): void {
  const { minGapMinutes, ppvGapMinutes, followupGapMinutes } = settings;
  const anyGap = item.itemType === 'ppv_followup' ? followupGapMinutes : minGapMinutes;
  const ppvGap = item.itemType === 'ppv' ? Math.max(anyGap, ppvGapMinutes) : anyGap;
  const at = (item.scheduledAtMs - startMs) / MINUTE_MS;
  const last = Math.min(fits.length - 1, Math.floor(at + ppvGap));
  for (let minute = Math.max(0, Math.ceil(at - ppvGap)); minute <= last; minute++) {
    const distance = Math.abs(minute - at);
    if (distance < anyGap) fits[minute] = 0;
    else if (distance < ppvGap) fits[minute] = (fits[minute] ?? 0) & ~PPV_FITS;
  }
}
