import { MINUTE_MS } from '../time/index.js';
import { placeFollowup } from './place-followup.js';
import type { PlannedItem, WeekInput } from './week-draft.js';

/** A parent, by its index in the items, and the instant of its follow-up or why it has none. */
export interface FollowupOutcome {
  readonly parent: number;
  readonly atMs?: number;
  readonly reason?: string;
}

/**
 * Plans the follow-ups of a week: each day's PPVs are asked in order of expected revenue until the day has its number. A
 * follow-up that finds no time is refused with a reason, and the next PPV of the day is asked instead.
 *
 * @param items the week's items without follow-ups, in chronological order.
 */
export function planFollowups(input: WeekInput, items: readonly PlannedItem[]): FollowupOutcome[] {
  const { creator, settings, neighbours } = input;
  const takenMs = [...items, ...neighbours].map(({ scheduledAtMs }) => scheduledAtMs);
  const outcomes: FollowupOutcome[] = [];
  for (let day = 0; day < 7; day++) {
    const limit = Math.min(input.perDay[day]?.followups ?? settings.followupLimit, settings.followupLimit);
    const parents = items
      .flatMap((item, parent) =>
        item.dayOfWeek === day && item.itemType === 'ppv' ? [{ item, parent, worth: worthOf(item, input) }] : [],
      )
      .sort((a, b) => b.worth - a.worth || a.parent - b.parent);
    let planned = 0;
    for (const { item, parent } of parents) {
      if (planned >= limit) break;
      if (!item.structure) throw new Error('bug: a PPV without a structure');
      const { creatorId, timeZone } = creator;
      const parentMs = item.scheduledAtMs;
      const drawn = input.planFollowup({ creatorId, scheduledAtMs: parentMs, structure: item.structure });
      if ('reason' in drawn) {
        outcomes.push({ parent, reason: drawn.reason });
        continue;
      }
      const near = takenMs.filter((atMs) => Math.abs(atMs - parentMs) < 120 * MINUTE_MS);
      const atMs = placeFollowup(parentMs, drawn.atMs, near, timeZone, settings);
      if (atMs === undefined) {
        outcomes.push({ parent, reason: 'no_room' });
        continue;
      }
      takenMs.push(atMs);
      outcomes.push({ parent, atMs });
      planned += 1;
    }
  }
  return outcomes;
}

/** What a PPV is expected to earn. */
function worthOf(item: PlannedItem, { expectedRevenueUsd, hourWeights }: WeekInput): number {
  const { contentType, structure, captionId, scheduledAtMs, priceUsd } = item;
  if (contentType === undefined || structure === undefined || captionId === undefined)
    throw new Error('bug: a bare PPV');
  if (expectedRevenueUsd) return expectedRevenueUsd({ contentType, structure, captionId, scheduledAtMs });
  return (priceUsd ?? 1) * (hourWeights?.[Number(item.time.slice(0, 2))] ?? 1);
}
