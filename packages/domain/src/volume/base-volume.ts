import { clamp } from '../arithmetic/index.js';
import type { PageType } from '../creators/index.js';
import { InvalidSettingsError } from '../errors.js';
import type { Category } from '../history/index.js';

/** How many fans a page has, in four steps. Stored in lower case. */
export type VolumeTier = 'low' | 'mid' | 'high' | 'ultra';

/** Sends a day of each category: whole numbers. */
export type DailyVolume = Readonly<Record<Category, number>>;

/** The least and the most sends of a category that a day may have, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Source: predecessor facts, 2.1. Every day of a week stays inside them. */
export const VOLUME_BOUNDS: Readonly<Record<Category, Bounds>> = {
  revenue: { min: 1, max: 8 },
  engagement: { min: 1, max: 6 },
  retention: { min: 0, max: 4 },
};

const BASE: Readonly<Record<VolumeTier, Readonly<Record<PageType, DailyVolume>>>> = {
  low: { paid: volume(3, 3, 1), free: volume(4, 3, 0) },
  mid: { paid: volume(4, 3, 2), free: volume(5, 3, 0) },
  high: { paid: volume(5, 4, 2), free: volume(6, 4, 0) },
  ultra: { paid: volume(6, 5, 3), free: volume(8, 5, 0) },
};

function volume(revenue: number, engagement: number, retention: number): DailyVolume {
  return { revenue, engagement, retention };
}

/**
 * The tier of a page with so many fans: low below 1,000, mid below 5,000, high below 15,000, ultra from there on.
 *
 * @throws {InvalidSettingsError} when the count is negative or not a whole number.
 *
 * Source: predecessor facts, 2.1. Some of the predecessor's SQL views had other thresholds (9.A24); these are the binding ones.
 */
export function volumeTier(fanCount: number): VolumeTier {
  if (!Number.isSafeInteger(fanCount) || fanCount < 0) {
    throw new InvalidSettingsError('fanCount', String(fanCount), 'a whole number, 0 or more');
  }
  if (fanCount < 1_000) return 'low';
  if (fanCount < 5_000) return 'mid';
  return fanCount < 15_000 ? 'high' : 'ultra';
}

/** Sends a day before anything is known about the page but its tier. Free pages have no retention (predecessor facts, 2.1). */
export function baseVolume(tier: VolumeTier, pageType: PageType): DailyVolume {
  return BASE[tier][pageType];
}

/** The volume with each category moved inside its bounds. A free page's retention is 0. */
export function withinBounds(volume: DailyVolume, pageType: PageType): DailyVolume {
  const { revenue, engagement, retention } = VOLUME_BOUNDS;
  return {
    revenue: clamp(volume.revenue, revenue.min, revenue.max),
    engagement: clamp(volume.engagement, engagement.min, engagement.max),
    retention: pageType === 'free' ? 0 : clamp(volume.retention, retention.min, retention.max),
  };
}
