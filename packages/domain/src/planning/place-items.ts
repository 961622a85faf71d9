import type { Random } from '../chance/index.js';
import type { PlanSettings } from './plan-settings.js';
import type { DayTargets } from './preferred-times.js';
import { gapBetween, gapsOf, searchPlaces } from './search-places.js';
import type { KindCounts, Place, Placement, Thrift } from './search-places.js';
import { FREE_FITS, PPV_FITS } from './week-minutes.js';
import type { WeekMinutes } from './week-minutes.js';

/** Times are sought on every fifth minute, if that will do, then moved by less than that. */
const COARSE_STEP_MINUTES = 5;

const THRIFTY: readonly Thrift[] = [
  { stepMinutes: COARSE_STEP_MINUTES, reachMinutes: 120 },
  { stepMinutes: COARSE_STEP_MINUTES, reachMinutes: Infinity },
];
const EXACT: Thrift = { stepMinutes: 1, reachMinutes: Infinity };

/**
 * Places a week's items as near to their targets as the spacing allows (least sum of squared distances), all that have
 * room. If a thrifty search leaves something out that might have had room, a wider one follows; the last tries every open
 * minute, so an item is left out only where no arrangement holds it beside those of the earlier days.
 *
 * Exact while `ppvGapMinutes` is at most twice `minGapMinutes`. Beyond that a free item keeps half a PPV gap from PPVs,
 * which is safe, but may waste room.
 */
export function placeItems(
  minutes: WeekMinutes,
  wanted: readonly KindCounts[],
  targets: readonly DayTargets[],
  settings: PlanSettings,
): Placement {
  const gaps = gapsOf(settings);
  const room = wanted.map((_, day) => ({
    ppv: packed(minutes, day, PPV_FITS, gaps.ppvPpv),
    any: packed(minutes, day, PPV_FITS | FREE_FITS, gaps.freeFree),
  }));
  // No arrangement of a day can be better than this one, so when a search reaches it the others are spared.
  const hoped = wanted.map(({ ppv, free }, day): KindCounts => {
    const most = Math.min(ppv, room[day]?.ppv ?? 0);
    return { ppv: most, free: Math.min(free, (room[day]?.any ?? 0) - most) };
  });
  for (const thrift of THRIFTY) {
    const placement = searchPlaces(minutes, hoped, targets, settings, thrift);
    if (placement.perDay.every(({ ppv, free }, day) => ppv === hoped[day]?.ppv && free === hoped[day]?.free))
      return placement;
  }
  const possible = wanted.map(({ ppv, free }, day) => ({
    ppv: Math.min(ppv, room[day]?.ppv ?? 0),
    free: Math.min(free, room[day]?.any ?? 0),
  }));
  return searchPlaces(minutes, possible, targets, settings, EXACT);
}

/** How many minutes of the day fit when each keeps its distance from the one before: taking the earliest gives the most. */
function packed({ fits, dayFrom }: WeekMinutes, day: number, kinds: number, gap: number): number {
  let count = 0;
  for (let minute = dayFrom[day] ?? 0; minute < (dayFrom[day + 1] ?? 0);) {
    const isOpen = ((fits[minute] ?? 0) & kinds) !== 0;
    if (isOpen) count += 1;
    minute += isOpen ? gap : 1;
  }
  return count;
}

/**
 * Moves each place by a few minutes at random, inside its day and within its spacing, so that a week does not look
 * drawn with a ruler.
 */
export function loosen(placement: Placement, minutes: WeekMinutes, settings: PlanSettings, random: Random): Placement {
  const gaps = gapsOf(settings);
  const places: Place[] = [];
  placement.places.forEach((place, index) => {
    const before = places[index - 1];
    const after = placement.places[index + 1];
    const reach = COARSE_STEP_MINUTES - 1;
    const low = Math.max(
      place.minute - reach,
      minutes.dayFrom[place.day] ?? 0,
      before ? before.minute + gapBetween(gaps, before.isPpv, place.isPpv) : 0,
    );
    const high = Math.min(
      place.minute + reach,
      (minutes.dayFrom[place.day + 1] ?? 0) - 1,
      after ? after.minute - gapBetween(gaps, place.isPpv, after.isPpv) : Infinity,
    );
    const choices: number[] = [];
    for (let minute = low; minute <= high; minute++) {
      if ((minutes.fits[minute] ?? 0) & (place.isPpv ? PPV_FITS : FREE_FITS)) choices.push(minute);
    }
    places.push({ ...place, minute: choices[Math.floor(random() * choices.length)] ?? place.minute });
  });
  return { ...placement, places };
}
