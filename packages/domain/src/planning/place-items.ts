import type { Random } from '../chance/index.js';
import type { PlanSettings } from './plan-settings.js';
import type { DayTargets } from './preferred-times.js';
import { FREE_FITS, PPV_FITS } from './week-minutes.js';
import type { WeekMinutes } from './week-minutes.js';

/** How many items of each kind a day is to have, or has. */
export interface KindCounts {
  readonly ppv: number;
  readonly free: number;
}

/** An item without a content yet. */
export interface Place {
  /** Since the week's start. */
  readonly minute: number;
  readonly day: number;
  readonly isPpv: boolean;
}

export interface Placement {
  /** In chronological order. */
  readonly places: readonly Place[];
  /** What each day really has. */
  readonly perDay: readonly KindCounts[];
}

const PPV = 0;
const FREE = 1;
/** Times are first sought on every fifth minute, then moved by less than that. */
const COARSE_STEP_MINUTES = 5;

/**
 * Places a week's items as near to their targets as the spacing allows (least sum of squared distances), all that have
 * room. The coarse search comes first; if a day then lacks room, every open minute is searched, so an item is left out
 * only where no arrangement holds it. The days are filled in order: a later day never takes an earlier one's room.
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
  const coarse = search(minutes, wanted, targets, settings, COARSE_STEP_MINUTES);
  const isComplete = coarse.perDay.every(
    ({ ppv, free }, day) => ppv === wanted[day]?.ppv && free === wanted[day]?.free,
  );
  return isComplete ? coarse : search(minutes, wanted, targets, settings, 1);
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

interface Gaps {
  readonly freeFree: number;
  readonly mixed: number;
  readonly ppvPpv: number;
}

function gapsOf({ minGapMinutes, ppvGapMinutes }: PlanSettings): Gaps {
  return {
    freeFree: minGapMinutes,
    mixed: Math.max(minGapMinutes, Math.ceil(ppvGapMinutes / 2)),
    ppvPpv: Math.max(minGapMinutes, ppvGapMinutes),
  };
}

function gapBetween(gaps: Gaps, isPpv: boolean, isNextPpv: boolean): number {
  if (isPpv && isNextPpv) return gaps.ppvPpv;
  return isPpv || isNextPpv ? gaps.mixed : gaps.freeFree;
}

/**
 * One day of the search. A state is how many PPVs (k) and free items (f) the day has so far: k * (free + 1) + f. Rows
 * are numbered by cells: row c tells of arrangements whose last item is in one of the first c cells.
 */
interface DayTable {
  readonly cells: Int32Array;
  readonly free: number;
  readonly stateCount: number;
  /** [row][state][kind of the last item]: least cost. */
  readonly cost: Float64Array;
  /** The same index: the cell of that last item. */
  readonly cellOf: Int32Array;
  /** [cell][state][kind]: the kind before, when the item stands in this cell. */
  readonly kindBefore: Uint8Array;
  /** The state that the day ends in; later days build on this one only. */
  fullState: number;
}

function search(
  minutes: WeekMinutes,
  wanted: readonly KindCounts[],
  targets: readonly DayTargets[],
  settings: PlanSettings,
  step: number,
): Placement {
  const gaps = gapsOf(settings);
  const tables: DayTable[] = [];
  const perDay: KindCounts[] = [];
  wanted.forEach((counts, day) => {
    const table = searchDay(minutes, day, counts, targets[day] ?? { ppv: [], free: [] }, gaps, tables, step);
    const reached = bestReached(table, counts);
    table.fullState = reached.ppv * (counts.free + 1) + reached.free;
    tables.push(table);
    perDay.push(reached);
  });
  return { places: trace(tables, gaps), perDay };
}

function searchDay(
  minutes: WeekMinutes,
  day: number,
  { ppv, free }: KindCounts,
  targets: DayTargets,
  gaps: Gaps,
  earlier: readonly DayTable[],
  step: number,
): DayTable {
  const cells = cellsOf(minutes, day, step);
  const stateCount = (ppv + 1) * (free + 1);
  const width = stateCount * 2;
  const cost = new Float64Array((cells.length + 1) * width).fill(Infinity, 0, width);
  const cellOf = new Int32Array((cells.length + 1) * width);
  const kindBefore = new Uint8Array(cells.length * width);
  const table: DayTable = { cells, free, stateCount, cost, cellOf, kindBefore, fullState: 0 };
  // Rows up to which an item of each pair of kinds may stand before the present cell.
  let freeFreeRow = 0;
  let mixedRow = 0;
  let ppvPpvRow = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    const minute = cells[cell] ?? 0;
    const fits = minutes.fits[minute] ?? 0;
    const row = (cell + 1) * width;
    cost.copyWithin(row, row - width, row);
    cellOf.copyWithin(row, row - width, row);
    while ((cells[freeFreeRow] ?? Infinity) <= minute - gaps.freeFree) freeFreeRow++;
    while ((cells[mixedRow] ?? Infinity) <= minute - gaps.mixed) mixedRow++;
    while ((cells[ppvPpvRow] ?? Infinity) <= minute - gaps.ppvPpv) ppvPpvRow++;
    const entry = (kind: number, k: number, f: number, afterPpv: number, afterFree: number): void => {
      const target = (kind === PPV ? targets.ppv[k - 1] : targets.free[f - 1]) ?? minute;
      const total = Math.min(afterPpv, afterFree) + (minute - target) ** 2;
      const state = (k * (free + 1) + f) * 2 + kind;
      kindBefore[cell * width + state] = afterPpv < afterFree ? PPV : FREE;
      if (total < (cost[row + state] ?? Infinity)) {
        cost[row + state] = total;
        cellOf[row + state] = cell;
      }
    };
    if (ppv > 0 && fits & PPV_FITS) {
      entry(PPV, 1, 0, carried(earlier, minute - gaps.ppvPpv, PPV), carried(earlier, minute - gaps.mixed, FREE));
      for (let k = 1; k <= ppv; k++) {
        for (let f = k === 1 ? 1 : 0; f <= free; f++) {
          const before = ((k - 1) * (free + 1) + f) * 2;
          entry(
            PPV,
            k,
            f,
            cost[ppvPpvRow * width + before] ?? Infinity,
            cost[mixedRow * width + before + 1] ?? Infinity,
          );
        }
      }
    }
    if (free > 0 && fits & FREE_FITS) {
      entry(FREE, 0, 1, carried(earlier, minute - gaps.mixed, PPV), carried(earlier, minute - gaps.freeFree, FREE));
      for (let k = 0; k <= ppv; k++) {
        for (let f = k === 0 ? 2 : 1; f <= free; f++) {
          const before = (k * (free + 1) + f - 1) * 2;
          entry(
            FREE,
            k,
            f,
            cost[mixedRow * width + before] ?? Infinity,
            cost[freeFreeRow * width + before + 1] ?? Infinity,
          );
        }
      }
    }
  }
  return table;
}

function cellsOf(minutes: WeekMinutes, day: number, step: number): Int32Array {
  const cells: number[] = [];
  for (let minute = minutes.dayFrom[day] ?? 0; minute < (minutes.dayFrom[day + 1] ?? 0); minute++) {
    if (minutes.fits[minute] !== 0 && (minutes.wallMinute[minute] ?? 0) % step === 0) cells.push(minute);
  }
  return Int32Array.from(cells);
}

/** The least cost of the earlier days when their last item is of this kind and not after `limit`. */
function carried(earlier: readonly DayTable[], limit: number, kind: number): number {
  const day = lastUsedDay(earlier, earlier.length);
  const table = earlier[day];
  if (!table) return kind === FREE ? 0 : Infinity;
  return table.cost[rowAt(table, limit) * table.stateCount * 2 + table.fullState * 2 + kind] ?? Infinity;
}

/** The last day before `before` that has an item, or -1. */
function lastUsedDay(tables: readonly DayTable[], before: number): number {
  let day = before - 1;
  while (day >= 0 && tables[day]?.fullState === 0) day--;
  return day;
}

/** How many cells of the day are not after `limit`. */
function rowAt({ cells }: DayTable, limit: number): number {
  let row = cells.length;
  while (row > 0 && (cells[row - 1] ?? 0) > limit) row--;
  return row;
}

/** All that was wanted, else the most items that have room; among as many items the most PPVs. */
function bestReached({ cells, free, stateCount, cost }: DayTable, wanted: KindCounts): KindCounts {
  const last = cells.length * stateCount * 2;
  for (let count = wanted.ppv + wanted.free; count > 0; count--) {
    for (let ppv = Math.min(wanted.ppv, count); ppv >= 0 && count - ppv <= wanted.free; ppv--) {
      const state = last + (ppv * (free + 1) + count - ppv) * 2;
      if (Math.min(cost[state + PPV] ?? Infinity, cost[state + FREE] ?? Infinity) < Infinity)
        return { ppv, free: count - ppv };
    }
  }
  return { ppv: 0, free: 0 };
}

/** Walks back from the cheapest end of the week. */
function trace(tables: readonly DayTable[], gaps: Gaps): Place[] {
  const places: Place[] = [];
  let day = lastUsedDay(tables, tables.length);
  let kind: number | undefined;
  let limit = Infinity;
  for (let table = tables[day]; table; day = lastUsedDay(tables, day), table = tables[day]) {
    const width = table.stateCount * 2;
    for (let state = table.fullState; state > 0;) {
      const at: number = rowAt(table, limit) * width + state * 2;
      kind ??= (table.cost[at + PPV] ?? Infinity) < (table.cost[at + FREE] ?? Infinity) ? PPV : FREE;
      const cell: number = table.cellOf[at + kind] ?? 0;
      const minute = table.cells[cell] ?? 0;
      const before: number = table.kindBefore[cell * width + state * 2 + kind] ?? FREE;
      places.push({ minute, day, isPpv: kind === PPV });
      state -= kind === PPV ? table.free + 1 : 1;
      limit = minute - gapBetween(gaps, before === PPV, kind === PPV);
      kind = before;
    }
  }
  return places.reverse();
}
