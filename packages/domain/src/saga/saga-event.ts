import type { Why } from '../why.js';

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
  | { readonly type: 'deadline_passed'; readonly step?: string }
  /** An operator wished it. */
  | { readonly type: 'requested'; readonly request: UndoRequest };

/** An operator's wish that a saga be undone. `cancel` is refused once the pivot has ended or was skipped, `roll_back` is not. */
export interface UndoRequest extends Why {
  readonly action: 'cancel' | 'roll_back';
}

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
  /** The pivot's entries say that they are the pivot's; in older journals only its end does. */
  | { readonly type: 'step_started'; readonly step: string; readonly isPivot?: true }
  | { readonly type: 'step_tried'; readonly step: string; readonly problem: SagaProblem; readonly retryAtMs: number }
  /** The step is done. `result` is absent when it returned nothing. */
  | { readonly type: 'step_ended'; readonly step: string; readonly result?: unknown; readonly isPivot?: true }
  /** The step used up its tries. */
  | { readonly type: 'step_failed'; readonly step: string; readonly problem: SagaProblem }
  /**
   * The step was told to stop, since all is to be undone; nobody knows what it did. `problem` is what it rejected with; absent
   * when it was not running any more, as after a crash.
   */
  | { readonly type: 'step_aborted'; readonly step: string; readonly problem?: SagaProblem }
  | { readonly type: 'completed' }
  | { readonly type: 'compensation_started'; readonly cause: SagaCause }
  | { readonly type: 'undo_started'; readonly step: string }
  | { readonly type: 'undo_tried'; readonly step: string; readonly problem: SagaProblem; readonly retryAtMs: number }
  | { readonly type: 'undo_ended'; readonly step: string }
  | { readonly type: 'undo_failed'; readonly step: string; readonly problem: SagaProblem }
  /** Everything that could be undone is undone: after a failure, and at an operator's wish. */
  | { readonly type: 'failed' }
  | { readonly type: 'rolled_back' }
  | { readonly type: 'parked'; readonly reason: ParkReason }
  /** An operator gives fresh tries, recoveries and time. */
  | ({ readonly type: 'revived' } & Why)
  /** The same, but tries only for what the saga was parked at. */
  | ({ readonly type: 'step_reopened'; readonly step: string } & Why)
  | ({ readonly type: 'undo_reopened'; readonly step: string } & Why)
  /** An operator lets the saga go on as if the step were done, or the undo. */
  | ({ readonly type: 'step_skipped'; readonly step: string } & Why)
  | ({ readonly type: 'undo_skipped'; readonly step: string } & Why)
  /** An operator wishes that all be undone. A worker that has the definition carries it out. */
  | ({ readonly type: 'requested' } & UndoRequest)
  /** The pivot had ended by the time the wish to cancel was to be carried out. */
  | { readonly type: 'request_refused'; readonly action: 'cancel' }
);
