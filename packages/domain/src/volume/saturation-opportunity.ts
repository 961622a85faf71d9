import { clamp } from '../arithmetic/index.js';
import type { HistoryTally, HorizonDays, WindowSums } from './history-tally.js';

/**
 * How a stretch of time compares with the one before it, as shares: 0.2 is a fifth more, -0.2 a fifth less. `undefined`
 * where there is nothing to compare with; that counts neither way.
 */
export interface PerformanceChanges {
  /** Of the revenue per recipient. */
  readonly revenue: number | undefined;
  readonly viewRate: number | undefined;
  readonly purchaseRate: number | undefined;
  /** Of the largest audience, which stands for the fans the page had. */
  readonly audience: number | undefined;
  /** Not a change: population standard deviation of the sends' earnings / their mean. */
  readonly volatility: number | undefined;
}

/** Both run 0..100; 50 is neutral. */
export interface Scores {
  /** How tired the audience is of what it gets. */
  readonly saturation: number;
  /** How much more the audience would take. */
  readonly opportunity: number;
}

export const NEUTRAL_SCORES: Scores = { saturation: 50, opportunity: 50 };

/** The scores of one horizon, and what they rest on. */
export interface HorizonScores extends Scores {
  readonly days: HorizonDays;
  /** `stored`: a row of `volume_performance_tracking`; `messages`: computed from the history now. */
  readonly origin: 'stored' | 'messages';
  readonly sendCount: number;
  /** Change of the revenue rate against the time before, in per cent; `undefined` when there was too little before. */
  readonly revenueTrendPct: number | undefined;
}

/** Under so many sends a stretch of time has no scores. Source: predecessor facts, 2.2. */
export const SCORED_SENDS_MIN = 5;

/**
 * The two scores of a set of changes. Each condition has its mirror: what adds x when something falls takes x when it rises by
 * the same, so the scores move both ways from 50. (The predecessor's could only rise, which made half of its rules
 * unreachable: predecessor facts, 9.A11.)
 *
 * Two of the conditions had no opposite and are read so: volatility, a level, adds above 0.6 and takes below 0.2 (spec,
 * section 7); the purchase rate's "above 0.05" is a change of 5 %, since as a level no real page ever reached it
 * (they have 0.0002 to 0.004). Fan growth, always 0 in the predecessor, is the change of the largest audience.
 *
 * Source of the weights: predecessor facts, 2.2.
 */
export function scoreChanges(changes: PerformanceChanges): Scores {
  const { revenue, viewRate, purchaseRate, audience, volatility } = changes;
  const saturation =
    50 -
    20 * beyond(revenue, 0.15) -
    15 * beyond(viewRate, 0.1) -
    10 * beyond(purchaseRate, 0.1) +
    (volatility === undefined ? 0 : 15 * (Number(volatility > 0.6 + NOISE) - Number(volatility < 0.2 - NOISE)));
  const opportunity =
    50 +
    20 * beyond(revenue, 0.15) +
    15 * beyond(viewRate, 0.05) +
    10 * beyond(purchaseRate, 0.05) +
    15 * beyond(audience, 0.1);
  return { saturation: clamp(saturation, 0, 100), opportunity: clamp(opportunity, 0, 100) };
}

// A change of exactly the threshold is not beyond it, also when binary fractions make it a hair more.
const NOISE = 1e-9;

/** 1 when the change is a rise of more than `threshold`, -1 when it is a fall of more than that, else 0. */
function beyond(change: number | undefined, threshold: number): number {
  if (change === undefined) return 0;
  return Number(change > threshold + NOISE) - Number(change < -threshold - NOISE);
}

/**
 * The scores of the last `days` days against the `days` before, from messages; `undefined` under 5 sends. With under 5 sends
 * before there is nothing to compare with, and only the volatility counts.
 */
export function scoreHorizon(tally: HistoryTally, days: HorizonDays): HorizonScores | undefined {
  const { current, previous } = tally.windows[days];
  if (current.sendCount < SCORED_SENDS_MIN) return undefined;
  const changes = changesBetween(current, previous);
  const revenueTrendPct = changes.revenue === undefined ? undefined : changes.revenue * 100;
  return { ...scoreChanges(changes), days, origin: 'messages', sendCount: current.sendCount, revenueTrendPct };
}

function changesBetween(current: WindowSums, previous: WindowSums): PerformanceChanges {
  const isComparable = previous.sendCount >= SCORED_SENDS_MIN;
  const ofMean = (sum: 'revenuePerRecipientUsd' | 'viewRate' | 'purchaseRate') =>
    isComparable ? changeOf(current[sum] / current.sendCount, previous[sum] / previous.sendCount) : undefined;
  return {
    revenue: ofMean('revenuePerRecipientUsd'),
    viewRate: ofMean('viewRate'),
    purchaseRate: ofMean('purchaseRate'),
    audience: isComparable ? changeOf(current.largestAudience, previous.largestAudience) : undefined,
    volatility: volatilityOf(current),
  };
}

function changeOf(current: number, previous: number): number | undefined {
  return previous > 0 ? (current - previous) / previous : undefined;
}

function volatilityOf({ sendCount, earningsUsd, squaredEarningsUsd }: WindowSums): number | undefined {
  const mean = earningsUsd / sendCount;
  if (mean <= 0) return undefined;
  const variance = Math.max(0, squaredEarningsUsd / sendCount - mean * mean);
  return Math.sqrt(variance) / mean;
}
