import type { Send } from '../history/index.js';
import { DAY_MS, localTimeAt } from '../time/index.js';

/** How far back prices and hours are judged. */
const LOOKBACK_DAYS = 90;
/** A level counts as if it had been tried this often at the average, so that a lucky single send settles nothing. */
const SHRINK_SENDS = 8;

interface Level {
  count: number;
  earningsUsd: number;
}

function recentRevenueSends(sends: readonly Send[], asOfMs: number): Send[] {
  const fromMs = asOfMs - LOOKBACK_DAYS * DAY_MS;
  return sends.filter(({ category, sentAtMs }) => category === 'revenue' && sentAtMs >= fromMs && sentAtMs < asOfMs);
}

function meanUsd(sends: readonly Send[]): number {
  return sends.length === 0 ? 0 : sends.reduce((sum, { earningsUsd }) => sum + earningsUsd, 0) / sends.length;
}

const shrunkMeanUsd = ({ count, earningsUsd }: Level, overallUsd: number): number =>
  (earningsUsd + SHRINK_SENDS * overallUsd) / (count + SHRINK_SENDS);

/**
 * What a PPV should cost: of the prices asked in the last 90 days the one whose sends earned most, each price's mean drawn
 * towards the mean of all (as by 8 more sends at that mean). Ties go to the lower price. `undefined` without priced sends.
 */
export function suggestPriceUsd(sends: readonly Send[], asOfMs: number): number | undefined {
  const priced = recentRevenueSends(sends, asOfMs).filter(({ priceUsd }) => priceUsd > 0);
  const overallUsd = meanUsd(priced);
  const levels = new Map<number, Level>();
  for (const { priceUsd, earningsUsd } of priced) {
    const level = levels.get(priceUsd) ?? { count: 0, earningsUsd: 0 };
    levels.set(priceUsd, { count: level.count + 1, earningsUsd: level.earningsUsd + earningsUsd });
  }
  const ranked = [...levels].sort(
    ([priceA, a], [priceB, b]) => shrunkMeanUsd(b, overallUsd) - shrunkMeanUsd(a, overallUsd) || priceA - priceB,
  );
  return ranked[0]?.[0];
}

/**
 * What a revenue send earned by creator-local hour over the last 90 days: 24 numbers, each hour's mean drawn towards the mean
 * of all. `undefined` when nothing was earned: all hours are alike then.
 */
export function hourWeights(sends: readonly Send[], timeZone: string, asOfMs: number): number[] | undefined {
  const recent = recentRevenueSends(sends, asOfMs);
  const overallUsd = meanUsd(recent);
  if (overallUsd <= 0) return undefined;
  const hours: Level[] = Array.from({ length: 24 }, () => ({ count: 0, earningsUsd: 0 }));
  for (const { sentAtMs, earningsUsd } of recent) {
    const hour = hours[Math.floor(localTimeAt(timeZone, sentAtMs).minuteOfDay / 60)];
    if (!hour) throw new Error('bug: a day of more than 24 hours');
    hour.count += 1;
    hour.earningsUsd += Math.max(0, earningsUsd);
  }
  return hours.map((hour) => shrunkMeanUsd(hour, overallUsd));
}
