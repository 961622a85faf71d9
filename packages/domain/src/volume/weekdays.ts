import { clamp } from '../arithmetic/index.js';
import { dampened } from './confidence.js';
import type { HistoryTally } from './history-tally.js';
import { revenuePerSendUsd } from './revenue-rate.js';

const SENDS_MIN = 20;
const SENDS_PER_WEEKDAY_MIN = 5;
const MULTIPLIER_MIN = 0.7;
const MULTIPLIER_MAX = 1.3;

/** By weekday, 0 = Monday. */
export const EVEN_WEEKDAYS: readonly number[] = [1, 1, 1, 1, 1, 1, 1];

/**
 * How much better than the mean a send earns on each weekday, 0.7..1.3: the weekday's revenue per send against that of all
 * sends of the last 60 days, moved towards 1 the fewer sends the day has and the lower the confidence.
 *
 * Under 20 sends in all, or 5 on a day, the multiplier is 1. (The predecessor then preferred Friday to Sunday; on the one real
 * page it documents they earn less: predecessor facts, 10.1. And it compared the days' totals, so that a day with more
 * sends got still more of them: 9.A8.)
 *
 * @param confidence 0..1, of the whole decision; the predecessor computed its effect and ignored it (9.A7).
 *
 * Source: spec, section 7; shrinkage and clamp from predecessor facts, 2.6.
 */
export function weekdayMultipliers(
  { weekdaySendCounts, weekdayEarningsUsd }: HistoryTally,
  confidence: number,
): readonly number[] {
  const sendCount = weekdaySendCounts.reduce((a, b) => a + b, 0);
  const mean = revenuePerSendUsd(
    weekdayEarningsUsd.reduce((a, b) => a + b, 0),
    sendCount,
  );
  if (sendCount < SENDS_MIN || mean <= 0) return EVEN_WEEKDAYS;
  return weekdaySendCounts.map((count, weekday) => {
    if (count < SENDS_PER_WEEKDAY_MIN) return 1;
    const raw = revenuePerSendUsd(weekdayEarningsUsd[weekday] ?? 0, count) / mean;
    const shrunk = clamp(1 + (raw - 1) * weekdayConfidence(count), MULTIPLIER_MIN, MULTIPLIER_MAX);
    return dampened(shrunk, confidence);
  });
}

/** 0.29 at 5 sends, 0.46 at 10, 0.67 at 20, 1 from 50 on. */
function weekdayConfidence(sendCount: number): number {
  return Math.min(1, Math.log(sendCount / 5 + 1) / Math.log(11));
}
