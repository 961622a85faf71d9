import { HOUR_MS, type Week } from '../time/index.js';
import { CATEGORIES, type Category, type Send } from '../history/index.js';

/** How long after a week's end its sends go on earning and arriving. */
export const SETTLE_MS = 24 * HOUR_MS;

/** How far the imported data reaches. */
export interface DataReach {
  /** The latest imported send; undefined without any. */
  readonly latestSendMs?: number | undefined;
  /** The caller's word that nothing before this instant is missing. */
  readonly completeThroughMs?: number | undefined;
}

/**
 * Whether a week can be measured: it is over at `nowMs`, and the data reaches past it, either by a send later than the
 * week's end and `settleMs`, or by the caller's word that it is complete to the week's end. Anything else is
 * `awaiting_data`, never a week of revenue 0 (spec, section 8).
 */
export function isMeasurable(week: Week, nowMs: number, reach: DataReach, settleMs: number = SETTLE_MS): boolean {
  if (nowMs < week.endMs) return false;
  const { latestSendMs = -Infinity, completeThroughMs = -Infinity } = reach;
  return latestSendMs > week.endMs + settleMs || completeThroughMs >= week.endMs;
}

/** What went out in a week and came of it. */
export interface WeekActuals {
  readonly messages: Readonly<Record<Category, number>>;
  readonly messagesSent: number;
  /** Of all categories that are compared. */
  readonly revenueUsd: number;
  /** Revenue sends a day and what they earned: what the learner sees. */
  readonly revenueVolume: number;
  readonly revenueSendsUsd: number;
  /** Earnings of one revenue send; null when none went out. */
  readonly revenuePerSendUsd: number | null;
}

/**
 * The week's sends, added up. Like is compared with like: only the categories that the prediction counted (by default all).
 * Sends outside the week are left out.
 */
export function actualsOf(
  sends: readonly Send[],
  week: Week,
  categories: readonly Category[] = CATEGORIES,
): WeekActuals {
  const within = sends.filter(
    ({ sentAtMs, category }) => sentAtMs >= week.startMs && sentAtMs < week.endMs && categories.includes(category),
  );
  const of = (category: Category): Send[] => within.filter((send) => send.category === category);
  const messages = {
    revenue: of('revenue').length,
    engagement: of('engagement').length,
    retention: of('retention').length,
  };
  const revenueSendsUsd = earningsOf(of('revenue'));
  return {
    messages,
    messagesSent: within.length,
    revenueUsd: earningsOf(within),
    revenueVolume: messages.revenue / 7,
    revenueSendsUsd,
    revenuePerSendUsd: messages.revenue === 0 ? null : revenueSendsUsd / messages.revenue,
  };
}

const earningsOf = (sends: readonly Send[]): number => sends.reduce((sum, { earningsUsd }) => sum + earningsUsd, 0);
