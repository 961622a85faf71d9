import {
  CATEGORIES,
  type Category,
  type DuePlanItem,
  type PlanItem,
  type StoredPrediction,
  type StoredWeek,
} from '@eros/domain';
import type { DueItem, WeekPlan, WeekPlanItem } from '../api.js';

/** Leaves out what is `undefined`, so that a field is there or is not. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function planned(item: PlanItem) {
  const { itemId, itemType, channel, date, time } = item;
  const { captionId, captionText, priceUsd, contentType, structure, parentItemId } = item;
  return {
    ...{ itemId, itemType, channel, scheduledAt: new Date(item.scheduledAtMs), date, time },
    ...present({ captionId, captionText, priceUsd, contentType, structure, parentItemId }),
  };
}

function itemView(item: PlanItem): WeekPlanItem {
  const { send, isCancelled } = item;
  if (!send) return { ...planned(item), isCancelled };
  const { status, atMs, messageId } = send;
  return { ...planned(item), isCancelled, send: { status, at: new Date(atMs), ...present({ messageId }) } };
}

/** A stored week as the public API shows it. */
export function weekView(week: StoredWeek, timeZone: string, prediction: StoredPrediction | undefined): WeekPlan {
  const { templateId, creatorId, weekStart, weekEnd, status, notes, replacedCount } = week;
  const count = (type: Category | 'ppv_followup') =>
    week.items.filter(({ itemType }) => itemType === (type === 'revenue' ? 'ppv' : type)).length;
  const counts = Object.fromEntries(CATEGORIES.map((category) => [category, count(category)])) as Record<
    Category,
    number
  >;
  return {
    ...{ templateId, creatorId, timeZone, weekStart, weekEnd, status, notes, replacedCount },
    generatedAt: new Date(week.generatedAtMs),
    asOf: new Date(week.asOfMs),
    items: week.items.map(itemView),
    counts: { ...counts, followups: count('ppv_followup') },
    ...(prediction
      ? {
          prediction: {
            revenueUsd: prediction.weeklyRevenueUsd,
            ...present({ lowUsd: prediction.interval?.lowUsd, highUsd: prediction.interval?.highUsd }),
            messages: prediction.weeklyMessages,
          },
        }
      : {}),
  };
}

export function dueView(item: DuePlanItem): DueItem {
  const { creatorId, templateId, weekStart } = item;
  return { ...planned(item), creatorId, templateId, weekStart };
}
