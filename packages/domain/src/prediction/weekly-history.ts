import type { Send } from '../history/index.js';
import type { EvidenceWeek } from '../learning/index.js';
import { addDays, mondayOf, weekStartingOn } from '../time/index.js';

/**
 * The whole weeks before `weekStart` that were over at `asOfMs`, oldest first, from the first one with a revenue send: how
 * many revenue sends went out a day, and what they earned. Weeks in between without any are weeks of volume 0. At most
 * `maxWeeks`, the latest. So nothing sent at or after `asOfMs` is looked at.
 */
export function weeklyHistory(
  sends: readonly Send[],
  at: { timeZone: string; weekStart: string; asOfMs: number; maxWeeks: number },
): EvidenceWeek[] {
  const counted = new Map<string, { sends: number; revenueUsd: number }>();
  for (const { category, sentAtMs, earningsUsd } of sends) {
    if (category !== 'revenue') continue;
    const monday = mondayOf(at.timeZone, sentAtMs);
    const week = counted.get(monday) ?? { sends: 0, revenueUsd: 0 };
    counted.set(monday, { sends: week.sends + 1, revenueUsd: week.revenueUsd + earningsUsd });
  }
  const first = [...counted.keys()].sort()[0];
  const weeks: EvidenceWeek[] = [];
  if (first === undefined) return weeks;
  for (let monday = first; monday < at.weekStart; monday = addDays(monday, 7)) {
    if (weekStartingOn(monday, at.timeZone).endMs > at.asOfMs) break;
    const week = counted.get(monday) ?? { sends: 0, revenueUsd: 0 };
    weeks.push({ weekStart: monday, volume: week.sends / 7, revenueUsd: week.revenueUsd });
  }
  return weeks.slice(-at.maxWeeks);
}
