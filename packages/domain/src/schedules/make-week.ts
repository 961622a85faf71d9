import type { Creator } from '../creators/index.js';
import { CATEGORIES, type Category, type Send } from '../history/index.js';
import type { LearningState } from '../learning/index.js';
import {
  assembleWeek,
  captionSupplyFor,
  type FollowupParent,
  type FollowupTime,
  type PlanCaption,
  type PlanSettings,
  type StoredItem,
  type WeekDraft,
} from '../planning/index.js';
import { predictWeek, type WeekPrediction } from '../prediction/index.js';
import { weekStartingOn } from '../time/index.js';
import { decideVolume, type LearningOffset, type StoredHorizon, type VolumeDecision } from '../volume/index.js';
import { hourWeights, suggestPriceUsd } from './history-hints.js';

/** All that a week is made of. The same material makes the same week. */
export interface WeekMaterial {
  readonly creator: Creator;
  /** A Monday. */
  readonly weekStart: string;
  /** Only what was known then is used. */
  readonly asOfMs: number;
  /** Sends before `asOfMs`; later ones change nothing. */
  readonly sends: readonly Send[];
  readonly storedHorizons: readonly StoredHorizon[];
  readonly learningOffset: LearningOffset;
  /** What was learnt of the response to volume; absent: it is learnt from the sends. */
  readonly learning: LearningState | undefined;
  readonly captions: readonly PlanCaption[];
  /** When the creator used, or is to use, a caption in other weeks. */
  readonly usesMs: ReadonlyMap<number, readonly number[]>;
  readonly neighbours: readonly StoredItem[];
  /** Content types in order of drawing, at least as many as a week can have revenue sends. */
  readonly slots: readonly string[];
  readonly settings: PlanSettings;
  readonly planFollowup: (parent: FollowupParent) => FollowupTime;
}

/** The volume of a week, and why. */
export function decideWeekVolume(material: WeekMaterial): VolumeDecision {
  const { creator, asOfMs, sends, storedHorizons, learningOffset } = material;
  const week = weekStartingOn(material.weekStart, creator.timeZone);
  const captionSupply = captionSupplyFor({ ...material, week, seed: seedOf(material) });
  return decideVolume({
    creator,
    asOfMs,
    sends,
    storedHorizons,
    learningOffset,
    captionSupply,
    settings: { followupsPerDayMax: material.settings.followupLimit },
  });
}

/** The seed of everything that is left to chance in a creator's week. */
const seedOf = ({ creator, weekStart }: WeekMaterial): string => `${creator.creatorId} ${weekStart}`;

/** A week put together from a decided volume. */
export interface MadeWeek {
  readonly draft: WeekDraft;
  /** Positions in the material's slots: those that the items use, by the draft's slot numbers. */
  readonly slotPositions: readonly number[];
  /** How many slots the week takes from the front, those without a caption included. */
  readonly slotsTaken: number;
}

/** Assembles the week that was decided. */
export function assembleDecidedWeek(material: WeekMaterial, decision: VolumeDecision): MadeWeek {
  const { creator, asOfMs, sends, settings } = material;
  const slotPositions = decision.revenueSlots;
  const priceUsd = suggestPriceUsd(sends, asOfMs);
  const hours = hourWeights(sends, creator.timeZone, asOfMs);
  const draft = assembleWeek({
    creator,
    week: weekStartingOn(material.weekStart, creator.timeZone),
    perDay: Array.from({ length: 7 }, (_, day) => ({
      revenue: decision.week.revenue[day] ?? 0,
      engagement: decision.week.engagement[day] ?? 0,
      retention: decision.week.retention[day] ?? 0,
      followups: decision.followupsPerWeekday[day] ?? 0,
    })),
    slots: slotPositions.map((position) => material.slots[position] ?? ''),
    captions: material.captions,
    usesMs: material.usesMs,
    neighbours: material.neighbours,
    settings,
    ...(hours ? { hourWeights: hours } : {}),
    seed: seedOf(material),
    priceUsdFor: () => priceUsd,
    planFollowup: material.planFollowup,
  });
  const isWhole = draft.slotsTaken === slotPositions.length;
  const slotsTaken = isWhole ? decision.slotsOffered : (slotPositions[draft.slotsTaken - 1] ?? -1) + 1;
  return { draft, slotPositions, slotsTaken };
}

/** What the assembled week is expected to earn. */
export function predictMadeWeek(material: WeekMaterial, { perDay }: WeekDraft): WeekPrediction {
  const { creator, weekStart, sends, asOfMs, learning } = material;
  const total = (category: Category): number => perDay.reduce((sum, counts) => sum + counts[category], 0);
  const weeklyMessages = Object.fromEntries(CATEGORIES.map((category) => [category, total(category)])) as Record<
    Category,
    number
  >;
  return predictWeek({
    timeZone: creator.timeZone,
    weekStart,
    weeklyMessages,
    sends,
    asOfMs,
    ...(learning ? { learning } : {}),
  });
}
