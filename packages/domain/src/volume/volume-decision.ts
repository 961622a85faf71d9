import type { Creator, PageType } from '../creators/index.js';
import type { Category, Send } from '../history/index.js';
import type { DailyVolume, VolumeTier } from './base-volume.js';
import type { CaptionSupply } from './caption-supply.js';
import type { Elasticity } from './elasticity.js';
import type { HorizonScores } from './saturation-opportunity.js';
import type { LearningOffset } from './learning-offset.js';
import type { StoredHorizon } from './stored-horizon.js';

/** What a volume decision is made from; the same input gives the same decision. */
export interface VolumeInput {
  readonly creator: Pick<Creator, 'fanCount' | 'pageType' | 'timeZone'>;
  /** The creator's sends. Those from `asOfMs` on, or older than 91 days, change nothing. */
  readonly sends: readonly Send[];
  /** The decision uses only what was known then. */
  readonly asOfMs: number;
  /** Rows of `volume_performance_tracking`, where an adopted database has them. They go before scores from messages. */
  readonly storedHorizons?: readonly StoredHorizon[];
  /** Default: nothing learnt. */
  readonly learningOffset?: LearningOffset;
  /** Without it captions never constrain. */
  readonly captionSupply?: CaptionSupply;
  readonly settings?: Partial<VolumeSettings>;
}

export interface VolumeSettings {
  /** 0..4, whole; default 4. */
  readonly followupsPerDayMax: number;
  /** Whether the cap where total revenue stops growing applies; default true. */
  readonly capsByElasticity: boolean;
  /** Whether weekdays that earn more get more; default true. Off: every day alike. */
  readonly adjustsWeekdays: boolean;
}

/** Sends of each category by weekday, 0 = Monday. */
export type WeeklyVolume = Readonly<Record<Category, readonly number[]>>;

/** One step of the decision: what it found, what it left, and why. `before` is `undefined` where there was nothing before. */
interface Step<Name extends string, Value> {
  readonly step: Name;
  readonly before: Value | undefined;
  readonly after: Value;
  /** Whether the step changed a number. */
  readonly isChanged: boolean;
  readonly reason: string;
}

/** A step that works on the sends a day. */
export type DailyStep = Step<'base' | 'fusion' | 'confidence' | 'learning' | 'elasticity', DailyVolume>;

/** In the order of the decision. */
export type VolumeStep =
  | DailyStep
  /** Revenue sends a week. */
  | Step<'captions', number>
  /** `before`: every day alike. */
  | Step<'weekdays', WeeklyVolume>
  /** By weekday. */
  | Step<'followups', readonly number[]>;

/**
 * Where the scores come from: `cached_tracking` stored rows, `calculated_on_demand` messages, `dynamic` both, `fallback`
 * neither, so that they are the neutral 50.
 */
export type VolumeDataSource = 'cached_tracking' | 'calculated_on_demand' | 'dynamic' | 'fallback';

/** True only when the step changed a number. */
export interface VolumeFlags {
  /** The scores of several horizons, fused, changed the volume. */
  readonly multiHorizonUsed: boolean;
  readonly confidenceDampened: boolean;
  readonly learningApplied: boolean;
  readonly elasticityCapped: boolean;
  readonly captionConstrained: boolean;
  readonly dowAdjusted: boolean;
}

/** How much to send, and every step on the way there. Fills a row of `volume_calculation_log`. */
export interface VolumeDecision {
  readonly asOfMs: number;
  readonly fanCount: number;
  readonly pageType: PageType;
  readonly tier: VolumeTier;
  readonly saturationScore: number;
  readonly opportunityScore: number;
  readonly revenueTrendPct: number;
  /** Sends a day. With captions lacking, `revenue` is the week's revenue sends / 7, rounded half up; `week` is exact. */
  readonly perDay: DailyVolume;
  /** What each day gets. Every day is inside `VOLUME_BOUNDS`, unless captions lack for even one revenue send a day. */
  readonly week: WeeklyVolume;
  /** Slots of the rotation that were to be filled, before captions. */
  readonly slotsOffered: number;
  /** Those of them that have a caption, in order: 0, 1, 2, ... unless captions lack. As many as `week.revenue` in all. */
  readonly revenueSlots: readonly number[];
  /** Follow-ups by weekday, 0 = Monday. */
  readonly followupsPerWeekday: readonly number[];
  readonly weekdayMultipliers: readonly number[];
  /** The horizons that the scores are made of, with their weights. */
  readonly horizons: readonly { readonly horizon: HorizonScores; readonly weight: number }[];
  readonly isDivergent: boolean;
  /** `undefined` when the settings switch the cap off. */
  readonly elasticity: Elasticity | undefined;
  readonly dataSource: VolumeDataSource;
  /** 0..1 */
  readonly confidenceScore: number;
  /** Sends of the largest horizon, each once. */
  readonly messageCountAnalyzed: number;
  readonly flags: VolumeFlags;
  readonly steps: readonly VolumeStep[];
  /** The reason of every step, for the column `notes`. */
  readonly notes: readonly { readonly step: VolumeStep['step']; readonly reason: string }[];
  /** Version of the rules that made it. */
  readonly calculationVersion: string;
}

export const VOLUME_CALCULATION_VERSION = '1.0';
