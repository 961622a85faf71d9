import type {
  BreakerHealth,
  Category,
  Channel,
  ItemType,
  LearningState,
  OffsetGuard,
  OutcomeClassification,
  OutcomeEvidence,
  Posterior,
  RevenueCurve,
  SendStatus,
  Structure,
  TemplateStatus,
  VolumeDecision,
  Why,
} from '@eros/domain';

/** One planned send. */
export interface WeekPlanItem {
  readonly itemId: number;
  readonly itemType: ItemType;
  readonly channel: Channel;
  /** The instant. */
  readonly scheduledAt: Date;
  /** What the creator's wall clock shows then: `YYYY-MM-DD` and `HH:MM`. */
  readonly date: string;
  readonly time: string;
  readonly captionId?: number;
  readonly captionText?: string;
  readonly priceUsd?: number;
  readonly contentType?: string;
  readonly structure?: Structure;
  /** The PPV that a follow-up belongs to. */
  readonly parentItemId?: number;
  /** What was reported of it; absent while nothing was. */
  readonly send?: { readonly status: SendStatus; readonly at: Date; readonly messageId?: string };
  /** A follow-up that a purchase, a reply or an operator called off: it is never due. */
  readonly isCancelled: boolean;
}

/** A week as planned and stored. */
export interface WeekPlan {
  readonly templateId: number;
  readonly creatorId: string;
  readonly timeZone: string;
  /** The Monday and the Sunday, `YYYY-MM-DD`. */
  readonly weekStart: string;
  readonly weekEnd: string;
  readonly status: TemplateStatus;
  readonly generatedAt: Date;
  /** The plan uses only what was known then. */
  readonly asOf: Date;
  /** In chronological order, follow-ups among them. */
  readonly items: readonly WeekPlanItem[];
  readonly counts: Readonly<Record<Category | 'followups', number>>;
  readonly prediction?: {
    readonly revenueUsd: number;
    /** 80 % interval; absent without history. */
    readonly lowUsd?: number;
    readonly highUsd?: number;
    readonly messages: number;
  };
  /** One sentence for each thing that is not as it was asked for. */
  readonly notes: readonly string[];
  /** How often it was replanned. */
  readonly replacedCount: number;
}

/** An item that the host is to send now. */
export interface DueItem extends Omit<WeekPlanItem, 'send' | 'isCancelled'> {
  readonly creatorId: string;
  readonly templateId: number;
  readonly weekStart: string;
}

/** What planning a fleet came to. One creator's failure does not stop the others. */
export interface FleetReport {
  readonly weekStart: string;
  /** Creators asked for. */
  readonly total: number;
  /** Planned now. */
  readonly planned: readonly string[];
  /** Planned before; their stored plan stays. */
  readonly already: readonly string[];
  readonly failed: readonly FleetFailure[];
}

/** Why a creator's week could not be planned. */
export interface FleetFailure {
  readonly creatorId: string;
  readonly code: string;
  readonly message: string;
}

export interface MeasuredWeek {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly predictedRevenueUsd: number;
  readonly actualRevenueUsd: number;
  /** (actual - predicted) / predicted * 100; null when 0 was predicted. */
  readonly revenueErrorPct: number | null;
  readonly volumeErrorPct: number | null;
  readonly classification: OutcomeClassification;
  readonly evidence: OutcomeEvidence;
  /** -1 (send less) .. 1 (send more). */
  readonly signal: number;
  /** 0..1 */
  readonly confidence: number;
}

export interface MeasureReport {
  readonly measured: readonly MeasuredWeek[];
  /** Weeks whose data is not there yet. They stay unmeasured: no data is not a revenue of 0. */
  readonly awaitingData: readonly { readonly creatorId: string; readonly weekStart: string; readonly reason: string }[];
}

export interface AppliedSignal {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly signal: number;
  /** Revenue sends a day, added to what is computed. */
  readonly offsetBefore: number;
  readonly offsetAfter: number;
  /** What shaped the step. */
  readonly guard: OffsetGuard;
}

export interface ApplyReport {
  readonly applied: readonly AppliedSignal[];
}

/** What is known of a creator's best volume. */
export interface LearningStatus {
  readonly creatorId: string;
  /** Revenue sends a day, added to what is computed. */
  readonly offset: number;
  /** What shaped the last step; absent before the first. */
  readonly guard?: OffsetGuard;
  /** At the volume of the last week learnt; 0 before the first. */
  readonly signal: number;
  readonly confidence: number;
  readonly weeksLearnt: number;
  readonly lastWeek?: string;
  /** Over the best volume; absent before the first week learnt. */
  readonly posterior?: Posterior;
  readonly state?: LearningState;
  readonly frozen?: Why & { readonly at: Date };
}

/** Why a week has the volume that it has, with all that it can be recomputed from. */
export interface DecisionExplanation {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly decision: VolumeDecision;
  /** The steps as sentences, in order. */
  readonly steps: readonly string[];
  readonly prediction?: {
    readonly revenueUsd: number;
    readonly lowUsd?: number;
    readonly highUsd?: number;
    readonly curve: RevenueCurve;
    readonly algorithmVersion: string;
  };
  readonly outcome?: MeasuredWeek & {
    readonly applied?: { readonly at: Date; readonly offsetAfter: number; readonly guard: OffsetGuard };
    /** Figures that came after the week had been learnt from. They changed no signal. */
    readonly revisedAfterMeasuring?: { readonly at: Date; readonly revenueUsd: number; readonly revenueSends: number };
  };
}

export type { BreakerHealth };
export type { ForecastAccuracyRow as AccuracyRow } from '@eros/domain';

/** A creator of `suboptimalFollowups`: the documented query. */
export interface SuboptimalFollowupRow {
  readonly creatorId: string;
  readonly avgGapMinutes: number;
  readonly suboptimalCount: number;
}

/** A creator of `missedPredictions`: the documented query. */
export interface MissedPredictionRow {
  readonly creatorId: string;
  /** Mean absolute error. */
  readonly avgErrorPct: number;
  readonly predictions: number;
}

export interface ActiveRotationRow {
  readonly creatorId: string;
  readonly contentTypes: readonly string[];
  readonly sequenceType: string;
  readonly patternStart: Date;
  readonly daysOnPattern: number;
  readonly actualDaysSinceStart: number;
}

/** What an import did. */
export interface ImportReport {
  readonly read: number;
  readonly imported: number;
  readonly unchanged: number;
  readonly revised: number;
  /** The same id again in this file: the first wins. */
  readonly duplicate: number;
  /** The first 1,000 in full. */
  readonly rejected: readonly RejectedRow[];
  readonly rejectedCount: number;
  readonly rejectedByReason: Readonly<Record<string, number>>;
  /** Lines of duplicates, the first 1,000. */
  readonly duplicates: readonly { readonly line: number; readonly id: string }[];
  /** Sends that were `unknown` and are proved by this import. */
  readonly resolvedUnknown: number;
}

export interface RejectedRow {
  /** Where the row stands: the line of the file if the caller says it, else the row's number from 1. */
  readonly line: number;
  /** `unknown_creator`, `invalid_time`, ... */
  readonly reason: string;
  /** What was wrong, as text. */
  readonly value: string;
}

export interface ImportOptions {
  /** The line that a row begins at, for the report. Default: the row's number, from 1. */
  readonly lineOf?: (row: object, index: number) => number;
  readonly onProgress?: (progress: { readonly read: number; readonly imported: number }) => void;
  /** Stops after the rows in hand; what is imported stays. */
  readonly signal?: AbortSignal;
}

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, and what to do when it is not well. */
  readonly detail: string;
}

/** A row of a creator export. Values may be text, as in a CSV file. */
export interface CreatorRow {
  readonly creator_id: string;
  readonly page_name: string;
  readonly display_name?: string | null;
  readonly page_type: string;
  readonly timezone: string;
  readonly current_active_fans: number | string;
  readonly is_active?: number | string | boolean | null;
}

/** A row of a message export: `creator_id` or `page_name` names the creator. A time without a zone is UTC. */
export interface MessageRow {
  readonly message_id: string;
  readonly creator_id?: string | null;
  readonly page_name?: string | null;
  /** `ppv` or `free`. */
  readonly message_type: string;
  readonly content_type?: string | null;
  readonly sending_time: string;
  readonly price?: number | string | null;
  readonly sent_count: number | string;
  readonly viewed_count: number | string;
  readonly purchased_count?: number | string | null;
  readonly earnings?: number | string | null;
  readonly caption_id?: number | string | null;
  /** `revenue`, `engagement` or `retention`; absent: a PPV is revenue, a free message engagement. */
  readonly category?: string | null;
}

/** A row of a caption export; without a creator the caption is shared. */
export interface CaptionRow {
  readonly caption_id: number | string;
  readonly creator_id?: string | null;
  readonly caption_text: string;
  /** `winner`, `bundle`, `wall`, `free`, or a type of your own. */
  readonly caption_type: string;
  readonly content_type?: string | null;
  readonly is_active?: number | string | boolean | null;
  readonly last_used_date?: string | null;
}
