/** What went wrong, as it is kept: the error's own words, without its stack. */
export interface SagaProblem {
  /** `error`: thrown. `timeout`: the try took too long. `deadline`: the whole saga did. */
  readonly kind: 'error' | 'timeout' | 'deadline';
  /** The error's class. */
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** Trying again is pointless: the error said so with `terminal: true`. */
  readonly isTerminal?: true;
}

/** Why everything done so far is to be undone. */
export type SagaCause =
  | { readonly type: 'step_failed'; readonly step: string; readonly problem: SagaProblem }
  /** `step` was running when the deadline passed; absent: none was. */
  | { readonly type: 'deadline_passed'; readonly step?: string };

/** Why nobody works on a saga until an operator decides. */
export type ParkReason = 'step_exhausted' | 'undo_exhausted' | 'recovered_too_often';

/**
 * One entry of a saga's journal. Written before a step starts and when it ends; what a saga is, is the fold of its journal.
 * `atMs` is by the database's clock.
 */
export type SagaEvent = { readonly atMs: number } & (
  | { readonly type: 'created'; readonly creatorId: string; readonly input: unknown }
  /** A worker took the saga up. A recovery: the owner before did not hand it back. */
  | { readonly type: 'claimed'; readonly owner: string; readonly epoch: number; readonly isRecovery: boolean }
  | { readonly type: 'begun' }
  | { readonly type: 'step_started'; readonly step: string }
  | { readonly type: 'step_tried'; readonly step: string; readonly problem: SagaProblem; readonly retryAtMs: number }
  /** The step is done. `result` is absent when it returned nothing. */
  | { readonly type: 'step_ended'; readonly step: string; readonly result?: unknown }
  /** The step used up its tries. */
  | { readonly type: 'step_failed'; readonly step: string; readonly problem: SagaProblem }
  | { readonly type: 'completed' }
  | { readonly type: 'compensation_started'; readonly cause: SagaCause }
  | { readonly type: 'undo_started'; readonly step: string }
  | { readonly type: 'undo_tried'; readonly step: string; readonly problem: SagaProblem; readonly retryAtMs: number }
  | { readonly type: 'undo_ended'; readonly step: string }
  | { readonly type: 'undo_failed'; readonly step: string; readonly problem: SagaProblem }
  /** Everything that could be undone is undone. */
  | { readonly type: 'failed' }
  | { readonly type: 'parked'; readonly reason: ParkReason }
  /** An operator gives fresh tries, recoveries and time. */
  | { readonly type: 'revived'; readonly by: string; readonly reason: string }
);
