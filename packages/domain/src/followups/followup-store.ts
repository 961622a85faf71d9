import type { Transaction } from '../storage/index.js';
import type { Followup } from './followup.js';

/** A follow-up and its key. */
export interface StoredFollowup {
  readonly followupId: number;
  readonly followup: Followup;
}

/** A creator whose follow-ups keep missing the window: a row of the documented report. */
export interface SuboptimalFollowups {
  readonly creatorId: string;
  readonly avgGapMinutes: number;
  readonly suboptimalCount: number;
}

/**
 * Keeps follow-ups, planned, sent and cancelled ones alike; none is ever removed. Rows of others, which say nothing of what
 * became of them, are read as sent. What is promised here is tested by `followupStoreContract`.
 */
export interface FollowupStore {
  /**
   * @returns its key.
   * @throws {StaleVersionError} for a second planned follow-up of one parent; nothing is written.
   */
  insert(followup: Followup, atMs: number, tx?: Transaction): Promise<number>;

  /**
   * The same for many, as one write. When it throws, the transaction is of no use any more.
   *
   * @returns their keys, in the same order.
   */
  insertAll(followups: readonly Followup[], atMs: number, tx: Transaction): Promise<number[]>;

  find(followupId: number, tx?: Transaction): Promise<StoredFollowup | undefined>;

  /** All follow-ups of a parent, by key. */
  ofParent(parent: { creatorId: string; parentPpvId: string }, tx?: Transaction): Promise<StoredFollowup[]>;

  /**
   * How many follow-ups belong to parents of this stretch of time, fromMs <= parentMs < untilMs; cancelled ones not counted, since
   * they will never be seen.
   */
  countOfParents(query: { creatorId: string; fromMs: number; untilMs: number }, tx?: Transaction): Promise<number>;

  /**
   * Writes what became of a planned follow-up.
   *
   * @throws {StaleVersionError} when it is no longer planned, or not there; nothing is written.
   */
  close(followupId: number, followup: Followup, tx?: Transaction): Promise<void>;

  /**
   * The documented report: creators with more than `moreThan` follow-ups outside the window among the rows created since
   * the day `since` (`YYYY-MM-DD`, UTC), with the mean gap of all their rows since then; by creator.
   */
  suboptimal(query: { since: string; moreThan: number }, tx?: Transaction): Promise<SuboptimalFollowups[]>;
}
