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

/** Minutes between an item and the next, by what they are. */
export interface Gaps {
  readonly freeFree: number;
  readonly mixed: number;
  readonly ppvPpv: number;
}

export function gapsOf({ minGapMinutes, ppvGapMinutes }: PlanSettings): Gaps {
  return {
    freeFree: minGapMinutes,
    mixed: Math.max(minGapMinutes, Math.ceil(ppvGapMinutes / 2)),
    ppvPpv: Math.max(minGapMinutes, ppvGapMinutes),
  };
}

export function gapBetween(gaps: Gaps, isPpv: boolean, isNextPpv: boolean): number {
  if (isPpv && isNextPpv) return gaps.ppvPpv;
  return isPpv || isNextPpv ? gaps.mixed : gaps.freeFree;
}

/** How a search saves work. The first is fast, the last is exact. */
export interface Thrift {
  /** Only minutes of the day that are multiples of this are tried. */
  readonly stepMinutes: number;
  /** Only minutes this near to an item's target are tried. */
  readonly reachMinutes: number;
}

const PPV = 0;
const FREE = 1;

/**
 * One day of the search. A state is how many PPVs (k) and free items (f) the day has so far: k * (free + 1) + f. Rows
 * are numbered by cells: row c tells of arrangements whose last item is in one of the first c cells.
 */
interface DayTable {
  readonly cells: Int32Array;
  readonly free: number;
  readonly stateCount: number;
  /** [row][state][kind of the last item]: least cost. */
  readonly cost: Int32Array;
  /** The same index: the cell of that last item. */
  readonly cellOf: Int16Array;
  /** [cell][state][kind]: the kind before, when the item stands in this cell. */
  readonly kindBefore: Uint8Array;
  /** The state that the day ends in; later days build on this one only. */
  fullState: number;
}

/** The cost of what cannot be. Real costs are far below: a day's items are less than 1,500 minutes from their targets. */
const IMPOSSIBLE = 2 ** 30;

/**
 * The placement with the least sum of squared distances to the targets. Days are filled in order, each with all that was
 * wanted, else with the most items that have room beside the earlier days, and among as many with the most PPVs.
 */
export function searchPlaces(
  minutes: WeekMinutes,
  wanted: readonly KindCounts[],
  targets: readonly DayTargets[],
  settings: PlanSettings,
  thrift: Thrift,
): Placement {
  const gaps = gapsOf(settings);
  const tables: DayTable[] = [];
  const perDay: KindCounts[] = [];
  wanted.forEach((counts, day) => {
    const table = searchDay(minutes, day, counts, targets[day] ?? { ppv: [], free: [] }, gaps, tables, thrift);
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
  { stepMinutes, reachMinutes }: Thrift,
): DayTable {
  const cells = cellsOf(minutes, day, stepMinutes);
  const stateCount = (ppv + 1) * (free + 1);
  const width = stateCount * 2;
  const cost = new Int32Array((cells.length + 1) * width).fill(IMPOSSIBLE, 0, width);
  const cellOf = new Int16Array((cells.length + 1) * width);
  const kindBefore = new Uint8Array(cells.length * width);
  const table: DayTable = { cells, free, stateCount, cost, cellOf, kindBefore, fullState: 0 };
  const rows = { freeFree: 0, mixed: 0, ppvPpv: 0 };
  for (let cell = 0; cell < cells.length; cell++) {
    const minute = cells[cell] ?? 0;
    const fits = minutes.fits[minute] ?? 0;
    cost.copyWithin((cell + 1) * width, cell * width, (cell + 1) * width);
    cellOf.copyWithin((cell + 1) * width, cell * width, (cell + 1) * width);
    // Up to these rows an item of either kind may stand before one in the present cell.
    while ((cells[rows.freeFree] ?? Infinity) <= minute - gaps.freeFree) rows.freeFree++;
    while ((cells[rows.mixed] ?? Infinity) <= minute - gaps.mixed) rows.mixed++;
    while ((cells[rows.ppvPpv] ?? Infinity) <= minute - gaps.ppvPpv) rows.ppvPpv++;
    const ppvs = within(targets.ppv, ppv, minute, reachMinutes);
    const frees = within(targets.free, free, minute, reachMinutes);
    if (fits & PPV_FITS) {
      const [afterPpv, afterFree] = [rows.ppvPpv * width, rows.mixed * width];
      const [carriedPpv, carriedFree] = [
        carried(earlier, minute - gaps.ppvPpv, PPV),
        carried(earlier, minute - gaps.mixed, FREE),
      ];
      for (let k = Math.max(1, ppvs.first); k <= ppvs.last; k++) {
        const ownCost = (minute - (targets.ppv[k - 1] ?? minute)) ** 2;
        for (let f = Math.max(0, frees.first - 1); f <= frees.last; f++) {
          const state = (k * (free + 1) + f) * 2;
          const before = state - (free + 1) * 2;
          if (before === 0) enter(table, cell, state + PPV, ownCost, carriedPpv, carriedFree);
          else enter(table, cell, state + PPV, ownCost, cost[afterPpv + before + PPV], cost[afterFree + before + FREE]);
        }
      }
    }
    if (fits & FREE_FITS) {
      const [afterPpv, afterFree] = [rows.mixed * width, rows.freeFree * width];
      const [carriedPpv, carriedFree] = [
        carried(earlier, minute - gaps.mixed, PPV),
        carried(earlier, minute - gaps.freeFree, FREE),
      ];
      for (let f = Math.max(1, frees.first); f <= frees.last; f++) {
        const ownCost = (minute - (targets.free[f - 1] ?? minute)) ** 2;
        for (let k = Math.max(0, ppvs.first - 1); k <= ppvs.last; k++) {
          const state = (k * (free + 1) + f) * 2;
          const before = state - 2;
          if (before === 0) enter(table, cell, state + FREE, ownCost, carriedPpv, carriedFree);
          else
            enter(table, cell, state + FREE, ownCost, cost[afterPpv + before + PPV], cost[afterFree + before + FREE]);
        }
      }
    }
  }
  return table;
}

/** Notes that an item may stand in this cell, if that is the cheapest way to its state so far. */
function enter(
  { cost, cellOf, kindBefore, stateCount }: DayTable,
  cell: number,
  state: number,
  ownCost: number,
  afterPpv = IMPOSSIBLE,
  afterFree = IMPOSSIBLE,
): void {
  const total = Math.min(afterPpv, afterFree) + ownCost;
  const at = (cell + 1) * stateCount * 2 + state;
  if (total >= (cost[at] ?? 0)) return;
  cost[at] = total;
  cellOf[at] = cell;
  kindBefore[at - stateCount * 2] = afterPpv < afterFree ? PPV : FREE;
}

/**
 * Which of `count` items with these targets may stand at this minute, counted from 1; those before `first` stand earlier,
 * those behind `last` later.
 */
function within(targets: readonly number[], count: number, minute: number, reachMinutes: number) {
  let first = 1;
  while (first <= count && (targets[first - 1] ?? minute) < minute - reachMinutes) first++;
  let last = count;
  while (last > 0 && (targets[last - 1] ?? minute) > minute + reachMinutes) last--;
  return { first, last };
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
  if (!table) return kind === FREE ? 0 : IMPOSSIBLE;
  return table.cost[rowAt(table, limit) * table.stateCount * 2 + table.fullState * 2 + kind] ?? IMPOSSIBLE;
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
      if (Math.min(cost[state + PPV] ?? IMPOSSIBLE, cost[state + FREE] ?? IMPOSSIBLE) < IMPOSSIBLE)
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
      kind ??= (table.cost[at + PPV] ?? 0) < (table.cost[at + FREE] ?? 0) ? PPV : FREE;
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
