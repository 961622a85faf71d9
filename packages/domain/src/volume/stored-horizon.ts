import { dayNumberOf } from '../time/index.js';
import type { HorizonDays } from './history-tally.js';
import { SCORED_SENDS_MIN } from './saturation-opportunity.js';
import type { HorizonScores } from './saturation-opportunity.js';

/** A row of `volume_performance_tracking`, which only adopted databases have: nothing of ours writes it. */
export interface StoredHorizon {
  /** Creator-local day that the row was made on, `YYYY-MM-DD`. */
  readonly trackingDate: string;
  readonly days: HorizonDays;
  readonly sendCount: number;
  /** 0..100, as the table's checks hold; `undefined` where the row has none. */
  readonly saturation: number | undefined;
  readonly opportunity: number | undefined;
  readonly revenueTrendPct: number | undefined;
}

/**
 * The scores of the latest stored row for this horizon that was known on the creator-local day `asOfDay` (days since 1970) and
 * is younger than its own horizon: a 7-day row of last month says nothing about this week. `undefined` when no row
 * qualifies, one of under 5 sends or without scores included; the horizon is then computed from messages.
 */
export function storedScores(
  rows: readonly StoredHorizon[],
  days: HorizonDays,
  asOfDay: number,
): HorizonScores | undefined {
  let latest: HorizonScores | undefined;
  let latestAgeDays: number = days;
  for (const row of rows) {
    const { saturation, opportunity, sendCount, revenueTrendPct } = row;
    if (row.days !== days || sendCount < SCORED_SENDS_MIN || saturation === undefined || opportunity === undefined)
      continue;
    const ageDays = asOfDay - dayNumberOf(row.trackingDate);
    if (ageDays < 0 || ageDays >= latestAgeDays) continue;
    latest = { days, origin: 'stored', saturation, opportunity, sendCount, revenueTrendPct };
    latestAgeDays = ageDays;
  }
  return latest;
}
