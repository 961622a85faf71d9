import type {
  EvidenceWeek,
  OffsetDecision,
  OffsetInput,
  OutcomeClassification,
  OutcomeEvidence,
} from '../learning/index.js';
import type { Transaction } from '../storage/index.js';
import type { VolumeTier } from '../volume/index.js';

/** What a decided volume led to. */
export interface NewOutcome {
  readonly logId: number;
  readonly predictionId: number;
  readonly creatorId: string;
  readonly weekStart: string;
  readonly measuredAtMs: number;
  /** When the volume was decided. */
  readonly input: {
    readonly saturationScore: number;
    readonly opportunityScore: number;
    readonly tier: VolumeTier;
    readonly revenuePerDay: number;
    readonly engagementPerDay: number;
    readonly retentionPerDay: number;
  };
  /** After the week. Rates run 0..1, null when nothing was sent. */
  readonly result: {
    readonly saturationScore: number;
    readonly opportunityScore: number;
    readonly revenuePerSendUsd: number | null;
    readonly totalRevenueUsd: number;
    readonly viewRate: number | null;
    readonly purchaseRate: number | null;
    readonly messagesSent: number;
  };
  /** Against the week before; null when either week had no revenue send. */
  readonly revenuePerSendChangePct: number | null;
  readonly classification: OutcomeClassification;
  readonly evidence: OutcomeEvidence;
  /** -1..1 */
  readonly signal: number;
  /** 0..1 */
  readonly confidence: number;
  /** 0..1, measured apart from revenue. */
  readonly fatigue: number;
  /** What the learner sees of the week. */
  readonly week: EvidenceWeek;
}

/** How an outcome moved the offset: everything that the step was computed from, and what came out. */
export interface AppliedOutcome {
  readonly appliedAtMs: number;
  readonly input: OffsetInput;
  readonly decision: OffsetDecision;
}

export interface StoredOutcome extends NewOutcome {
  readonly outcomeId: number;
  readonly applied: AppliedOutcome | undefined;
}

/** Keeps outcomes: `volume_adjustment_outcomes`, one for each creator and week. Tested by `outcomeStoreContract`. */
export interface OutcomeStore {
  insert(outcome: NewOutcome, tx: Transaction): Promise<number>;
  find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredOutcome | undefined>;
  /** By creator, then week. */
  unapplied(creatorId?: string, tx?: Transaction): Promise<StoredOutcome[]>;
  /** By week. */
  list(creatorId: string, tx?: Transaction): Promise<StoredOutcome[]>;
  /** Marks it applied, once: false when it already was, and nothing is written. */
  markApplied(outcomeId: number, applied: AppliedOutcome, tx: Transaction): Promise<boolean>;
  /** Removes an outcome that was not applied, so that its week can be measured again. */
  discard(outcomeId: number, tx: Transaction): Promise<void>;
}
