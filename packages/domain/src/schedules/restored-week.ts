import type { NewWeek } from './schedule-store.js';
import type { StoredWeek } from './week-plan.js';

/** A week that was stored, to be stored again: its items will have other ids, in the same order. */
export function restoredWeek(week: StoredWeek): NewWeek {
  const { templateId: _1, status: _2, calculationLogId: _3, replacedCount: _4, items, ...head } = week;
  const indexOf = new Map(items.map(({ itemId }, index) => [itemId, index]));
  return {
    ...head,
    items: items.map(({ itemId: _id, parentItemId, send: _send, isCancelled: _isCancelled, ...item }) => ({
      ...item,
      parent: parentItemId === undefined ? undefined : indexOf.get(parentItemId),
    })),
  };
}
