import type { PredictionInputs, RevenueCurve, RevenueInterval, SendsAndRevenue } from '../prediction/index.js';
import type { Transaction } from '../storage/index.js';
import type { DailyVolume, VolumeTier } from '../volume/index.js';
import type { PageType } from '../creators/index.js';

/** A prediction as it is made with a plan. */
export interface NewPrediction {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly templateId: number;
  readonly predictedAtMs: number;
  readonly asOfMs: number;
  readonly algorithmVersion: string;
  readonly fanCount: number;
  readonly pageType: PageType;
  readonly saturationScore: number;
  readonly opportunityScore: number;
  readonly tier: VolumeTier;
  readonly perDay: DailyVolume;
  readonly weeklyRevenueUsd: number;
  readonly weeklyMessages: number;
  readonly interval: RevenueInterval | null;
  readonly curve: RevenueCurve;
  readonly inputs: PredictionInputs;
}

/** What came of a predicted week. Revenue is that of revenue sends; messages are those of all categories. */
export interface PredictionOutcome {
  readonly measuredAtMs: number;
  readonly actualRevenueUsd: number;
  readonly actualMessages: number;
  readonly actualRevenueSends: number;
  /** null when no revenue send went out. */
  readonly actualRevenuePerSendUsd: number | null;
  /** (actual - predicted) / predicted * 100; null when 0 was predicted. */
  readonly revenueErrorPct: number | null;
  readonly volumeErrorPct: number | null;
  /** The curve read at the volume really sent, and its interval carried there; null without a curve. */
  readonly curveRevenueUsd: number | null;
  readonly curveInterval: RevenueInterval | null;
  /** The revenue sends of the week before and what they earned; null when nothing is known of it. */
  readonly weekBefore: SendsAndRevenue | null;
  /** The week before's revenue per send times the sends that went out; null without such sends. */
  readonly naiveRevenueUsd: number | null;
}

export interface StoredPrediction extends NewPrediction {
  readonly predictionId: number;
  readonly outcome: PredictionOutcome | undefined;
}

/** Figures that an import brought after a week had been learnt from. */
export interface LateRevision {
  readonly notedAtMs: number;
  readonly revenueUsd: number;
  readonly revenueSends: number;
}

/** A creator whose predictions keep missing: a row of the documented report. */
export interface MissedPredictions {
  readonly creatorId: string;
  /** Mean absolute error of the weeks that have one. */
  readonly avgErrorPct: number;
  /** Measured weeks, those without an error included. */
  readonly predictions: number;
}

/** Keeps predictions: `volume_predictions`. A replan supersedes; only the last is measured. Tested by `predictionStoreContract`. */
export interface PredictionStore {
  insert(prediction: NewPrediction, tx: Transaction): Promise<number>;
  /** Marks the unmeasured predictions of this creator and week: a new plan takes their place. */
  supersede(creatorId: string, weekStart: string, atMs: number, tx: Transaction): Promise<void>;
  /** Takes back that this prediction was superseded. */
  reinstate(predictionId: number, tx: Transaction): Promise<void>;
  /** The one that is not superseded. */
  find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredPrediction | undefined>;
  /** Neither superseded nor measured, of weeks that start on or before this Monday; by week, then creator. */
  unmeasured(throughWeek: string, tx?: Transaction): Promise<StoredPrediction[]>;
  /** Measured ones, by creator and week. */
  measured(filter?: { creatorId?: string }, tx?: Transaction): Promise<StoredPrediction[]>;
  /**
   * The documented report: creators whose mean absolute revenue error is over `errorPct` on at least `atLeast` measured weeks,
   * among all rows, those that other programs wrote included; by creator.
   */
  missed(query: { errorPct: number; atLeast: number }, tx?: Transaction): Promise<MissedPredictions[]>;
  saveOutcome(predictionId: number, outcome: PredictionOutcome, tx: Transaction): Promise<void>;
  /** Takes a measurement back, so that the week is measured again from revised figures. */
  clearOutcome(predictionId: number, tx: Transaction): Promise<void>;
  noteRevision(predictionId: number, revision: LateRevision, tx: Transaction): Promise<void>;
  revisionOf(predictionId: number, tx?: Transaction): Promise<LateRevision | undefined>;
}
