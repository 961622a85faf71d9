import type { EvidenceWeek, LearningState, OffsetGuard } from '../learning/index.js';
import type { Transaction, Versioned } from '../storage/index.js';
import type { Why } from '../why.js';

/** All that is kept of what was learnt about a creator. */
export interface LearningRecord {
  readonly creatorId: string;
  /** `undefined` before the first outcome was applied. */
  readonly state: LearningState | undefined;
  /** The weeks of history that the evidence began with, before the first planned week. */
  readonly seededWith: readonly EvidenceWeek[];
  /** Added to the computed revenue sends a day. */
  readonly offset: number;
  /** What shaped the offset last; `undefined` before the first step. */
  readonly guard: OffsetGuard | undefined;
  /** Planned weeks since the offset last changed. */
  readonly weeksAtOffset: number;
  /** The Monday of the last week applied. */
  readonly lastWeek: string | undefined;
  /** Set while an operator has frozen the creator. */
  readonly frozen: (Why & { readonly atMs: number }) | undefined;
  readonly updatedAtMs: number;
}

/** The offset of a creator that never moved counts as this old. */
const LONG_AGO_WEEKS = 52;

/** A creator of whom nothing was learnt and who is not frozen. */
export const nothingLearnt = (creatorId: string, atMs: number): LearningRecord => ({
  creatorId,
  state: undefined,
  seededWith: [],
  offset: 0,
  guard: undefined,
  weeksAtOffset: LONG_AGO_WEEKS,
  lastWeek: undefined,
  frozen: undefined,
  updatedAtMs: atMs,
});

/** Keeps what was learnt, one record a creator, by compare-and-set. Tested by `learningStoreContract`. */
export interface LearningStore {
  load(creatorId: string, tx?: Transaction): Promise<Versioned<LearningRecord> | undefined>;
  /**
   * Replaces the record, if its version is still `expectedVersion` (0: none yet). Returns the new version.
   *
   * @throws {StaleVersionError} when another writer came first; nothing is written.
   */
  save(record: LearningRecord, expectedVersion: number, tx: Transaction): Promise<number>;
}
