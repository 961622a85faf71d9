import type { Structure } from '../captions/index.js';
import type { PageType } from '../creators/index.js';
import type { Category } from '../history/index.js';
import type { Week } from '../time/index.js';
import type { PlanSettings } from './plan-settings.js';

export type ItemType = 'ppv' | 'engagement' | 'retention' | 'ppv_followup';
export type Channel = 'mass_message' | 'wall_post';

/** How many items of each category one day is to have. */
export interface DayCounts extends Readonly<Record<Category, number>> {
  /** Planned follow-ups of this day's PPVs, at most the settings' limit, which holds when this is absent. */
  readonly followups?: number;
}

/** A caption that may be used: active, and for a structure found valid by the caller's rule pack. */
export interface PlanCaption {
  readonly captionId: number;
  /** Written for this creator; others are shared. */
  readonly isOwn: boolean;
  /** `free`: for items that cost nothing. */
  readonly structure: Structure | 'free';
  /** A caption without one serves no PPV. */
  readonly contentType: string | undefined;
}

/** An item of a stored week beside the planned one. */
export interface StoredItem {
  readonly itemType: ItemType;
  readonly scheduledAtMs: number;
  readonly structure: Structure | undefined;
  readonly captionId: number | undefined;
  /** Set when its time had passed when it was planned, as in a replay of past weeks, and nobody reported that it went out. */
  readonly isRetrospective?: true;
}

/** What is known of a PPV when its price is asked for. */
export interface PricedSlot {
  readonly contentType: string;
  readonly structure: Structure;
  readonly captionId: number;
  readonly scheduledAtMs: number;
}

/** A planned PPV that is to have a follow-up. */
export interface FollowupParent {
  readonly creatorId: string;
  readonly scheduledAtMs: number;
  readonly structure: Structure;
}

/** When the follow-up of a parent is to go out, or why there is none. */
export type FollowupTime = { readonly atMs: number } | { readonly reason: string };

export interface WeekInput {
  readonly creator: { readonly creatorId: string; readonly timeZone: string; readonly pageType: PageType };
  readonly week: Week;
  /** Seven days, Monday first. */
  readonly perDay: readonly DayCounts[];
  /** Content types in order of drawing, at least as many as the week has revenue items. */
  readonly slots: readonly string[];
  readonly captions: readonly PlanCaption[];
  /** When this creator used or is to use a caption, by caption: sends, and planned items of other weeks. */
  readonly usesMs: ReadonlyMap<number, readonly number[]>;
  /** The items of the stored weeks around this one; their captions count as uses too. */
  readonly neighbours: readonly StoredItem[];
  readonly settings: PlanSettings;
  /** What a send earned by local hour (24 numbers, any unit, shrunk by the caller); absent: all hours alike. */
  readonly hourWeights?: readonly number[];
  readonly seed: string;
  /** Suggested price of a PPV; `undefined`: none. */
  readonly priceUsdFor: (slot: PricedSlot) => number | undefined;
  /** What a PPV is expected to earn: ranks the parents of a day. Absent: its price times its hour's weight. */
  readonly expectedRevenueUsd?: (slot: PricedSlot) => number;
  readonly planFollowup: (parent: FollowupParent) => FollowupTime;
}

export interface PlannedItem {
  readonly itemType: ItemType;
  readonly channel: Channel;
  /** The instant; a whole minute, but for follow-ups. */
  readonly scheduledAtMs: number;
  /** What the creator's wall clock shows then: `YYYY-MM-DD` and `HH:MM`. */
  readonly date: string;
  readonly time: string;
  /** 0 = Monday. A follow-up's is its parent's, also when it falls after midnight. */
  readonly dayOfWeek: number;
  /** Of a PPV and of its follow-up. */
  readonly contentType: string | undefined;
  readonly structure: Structure | undefined;
  readonly captionId: number | undefined;
  readonly priceUsd: number | undefined;
  /** Index in the slots, of a PPV. */
  readonly slot: number | undefined;
  /** Index in the draft's items, of a follow-up. */
  readonly parent: number | undefined;
}

/** Why a day has fewer items than it was given. */
export interface Lowering {
  readonly dayOfWeek: number;
  readonly category: Category;
  readonly by: number;
  readonly reason: 'no_room' | 'no_caption';
}

/** A week ready to be stored. */
export interface WeekDraft {
  /** In chronological order, follow-ups among them. */
  readonly items: readonly PlannedItem[];
  /** What each day has, Monday first. */
  readonly perDay: readonly Readonly<Record<Category, number>>[];
  readonly lowered: readonly Lowering[];
  /** Slots taken from the front, the unmatched among them: the rotation goes on behind these. */
  readonly slotsTaken: number;
  /** Those of them that found no caption; each lowered the volume by one. */
  readonly unmatchedSlots: readonly number[];
  /** Parents that were to have a follow-up and have none. `parent` is an index in the items. */
  readonly refusedFollowups: readonly { readonly parent: number; readonly reason: string }[];
  /** One sentence for each thing that is not as it was asked for. */
  readonly notes: readonly string[];
}
