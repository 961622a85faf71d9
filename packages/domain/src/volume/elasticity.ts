import { VOLUME_BOUNDS } from './base-volume.js';
import type { HistoryTally } from './history-tally.js';

/** Days with the same number of revenue sends. */
export interface VolumeLevel {
  readonly sendsPerDay: number;
  readonly dayCount: number;
  /** Mean of the days' total revenue. */
  readonly meanTotalUsd: number;
  /** Sum of the squared distances of the days' totals from their mean. */
  readonly spreadUsd2: number;
}

/** What the days of the last 90 say about how many sends a day are worth it. */
export type Elasticity =
  | {
      readonly verdict: 'declines';
      /** The volume at which a day's total revenue stops growing. */
      readonly capPerDay: number;
      readonly levels: readonly VolumeLevel[];
    }
  | { readonly verdict: 'grows' | 'too_close_to_tell' | 'too_few_levels'; readonly levels: readonly VolumeLevel[] };

/** Source of both: predecessor facts, 2.7. */
const DAYS_PER_LEVEL_MIN = 3;
const LEVELS_MIN = 3;

/** One-sided 95 % of the normal distribution, squared: how much better a decline must fit to be believed. */
const EVIDENCE_MIN = 1.645 ** 2;

/** Where the total may peak, in sends a day, and the cap that follows. `Infinity` is a total that grows without end. */
const PEAKS = [...Array.from({ length: 37 }, (_, i) => 1 + i / 4), 12, 16, 24, Infinity].map((peak) => ({
  peak,
  capPerDay: lastGrowth(peak),
}));

/**
 * Fits the total revenue of a day as a function of its volume v: a * v * exp(-v / peak), which rises, has its maximum at
 * `peak` and falls; a peak at infinity is plain growth. Least squares on the dollars of each day, over a fixed set of peaks.
 *
 * A cap below `revenuePerDay` needs the best curve with such a peak to fit better than every curve without, by more than the
 * days' own noise explains (one-sided 95 %). Otherwise there is none, and the verdict says why; the predecessor put in
 * a default decline when it found none (research R4), and read the average revenue per send as if it were what one more
 * send earns (R3). The cap is never below the least volume that was tried, since there the curve would be a guess.
 *
 * @param revenuePerDay the volume that the cap would lower.
 *
 * Source: spec, section 7.
 */
export function fitElasticity(levels: readonly VolumeLevel[], revenuePerDay: number): Elasticity {
  if (levels.length < LEVELS_MIN) return { verdict: 'too_few_levels', levels };

  let best = { capPerDay: Infinity, error: Infinity };
  let bestWithoutCap = Infinity;
  for (const { peak, capPerDay } of PEAKS) {
    const error = errorOfPeak(levels, peak);
    if (error < best.error) best = { capPerDay, error };
    if (capPerDay >= revenuePerDay) bestWithoutCap = Math.min(bestWithoutCap, error);
  }
  if (best.capPerDay >= revenuePerDay) return { verdict: 'grows', levels };

  const gain = bestWithoutCap - best.error;
  if (gain <= EVIDENCE_MIN * noiseOf(levels)) return { verdict: 'too_close_to_tell', levels };
  const leastTried = Math.min(...levels.map(({ sendsPerDay }) => sendsPerDay));
  const capPerDay = Math.max(best.capPerDay, leastTried);
  return capPerDay < revenuePerDay ? { verdict: 'declines', capPerDay, levels } : { verdict: 'grows', levels };
}

/** The volumes of the last 90 days that at least 3 days had, lowest first. Days without a revenue send tell nothing. */
export function volumeLevels({ daySendCounts, dayEarningsUsd }: HistoryTally): VolumeLevel[] {
  const sums = new Map<number, { dayCount: number; total: number; squared: number }>();
  daySendCounts.forEach((sendsPerDay, day) => {
    if (sendsPerDay === 0) return;
    const total = dayEarningsUsd[day] ?? 0;
    const sum = sums.get(sendsPerDay) ?? { dayCount: 0, total: 0, squared: 0 };
    sum.dayCount += 1;
    sum.total += total;
    sum.squared += total * total;
    sums.set(sendsPerDay, sum);
  });
  const levels: VolumeLevel[] = [];
  for (const [sendsPerDay, { dayCount, total, squared }] of sums) {
    if (dayCount < DAYS_PER_LEVEL_MIN) continue;
    const meanTotalUsd = total / dayCount;
    levels.push({ sendsPerDay, dayCount, meanTotalUsd, spreadUsd2: Math.max(0, squared - total * meanTotalUsd) });
  }
  return levels.sort((a, b) => a.sendsPerDay - b.sendsPerDay);
}

/** Squared distance of the levels' means, by days, from the best curve with this peak. */
function errorOfPeak(levels: readonly VolumeLevel[], peak: number): number {
  let shapeTotal = 0;
  let shapeShape = 0;
  let totalTotal = 0;
  for (const { sendsPerDay, dayCount, meanTotalUsd } of levels) {
    const shape = sendsPerDay * Math.exp(-sendsPerDay / peak);
    shapeTotal += dayCount * shape * meanTotalUsd;
    shapeShape += dayCount * shape * shape;
    totalTotal += dayCount * meanTotalUsd * meanTotalUsd;
  }
  return totalTotal - (shapeTotal * Math.max(0, shapeTotal)) / shapeShape;
}

/** Mean squared distance of a day's total from that of the other days of its volume. */
function noiseOf(levels: readonly VolumeLevel[]): number {
  let spread = 0;
  let freedom = 0;
  for (const { spreadUsd2, dayCount } of levels) {
    spread += spreadUsd2;
    freedom += dayCount - 1;
  }
  return spread / freedom;
}

/** The whole volume from which one more send a day brings no more: (v + 1) exp(-1 / peak) <= v. */
function lastGrowth(peak: number): number {
  let volume = VOLUME_BOUNDS.revenue.min;
  while (volume < VOLUME_BOUNDS.revenue.max && (volume + 1) * Math.exp(-1 / peak) > volume) volume += 1;
  return volume;
}
