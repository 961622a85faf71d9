import { unreachable } from '../unreachable.js';
import type { ParkReason, SagaCause, SagaEvent, UndoRequest } from './saga-event.js';
import {
  evolveSteps,
  evolveUndos,
  isAtFault,
  reopenedAll,
  type StartedStep,
  type StartedWork,
  type StepEvent,
  type UndoEvent,
} from './started-work.js';

/** One failed try of an undo. */
export interface CompensationError {
  readonly step: string;
  readonly message: string;
  readonly atMs: number;
}

interface Common {
  readonly creatorId: string;
  readonly input: unknown;
  readonly createdAtMs: number;
  /** Journal entries so far; the last one has this number. */
  readonly seq: number;
  /** The latest claim; epoch 0 before the first. */
  readonly claim: { readonly epoch: number; readonly seq: number };
  /**
   * Claims for which the owner before had not handed the saga back, since it last moved on: since a try ended, whichever way, or an
   * operator acted.
   */
  readonly recoveries: number;
  readonly parked?: ParkReason;
  /** What an operator wished and no worker has carried out yet. */
  readonly request?: UndoRequest;
}

interface Begun extends Common {
  readonly beganAtMs: number;
  /** In the order of their recorded start. */
  readonly steps: readonly StartedStep[];
}

interface Undoing extends Begun {
  readonly cause: SagaCause;
  readonly undos: readonly StartedWork[];
  /** Failed tries of undos, also of those that succeeded later. */
  readonly undoErrors: readonly CompensationError[];
}

export type PendingSaga = Common & { readonly status: 'pending' };
export type RunningSaga = Begun & {
  readonly status: 'in_progress';
  /** From here the deadline counts: the beginning, or the last time that an operator gave fresh time. */
  readonly timedFromMs: number;
};
/** Steps may still be running in it: those that were told to stop, and are waited for. */
export type CompensatingSaga = Undoing & { readonly status: 'compensating' };
export type CompletedSaga = Begun & { readonly status: 'completed'; readonly endedAtMs: number };
export type FailedSaga = Undoing & { readonly status: 'failed'; readonly endedAtMs: number };
export type RolledBackSaga = Undoing & { readonly status: 'rolled_back'; readonly endedAtMs: number };

/** A saga. Each status carries only what it knows. */
export type SagaState = PendingSaga | RunningSaga | CompensatingSaga | CompletedSaga | FailedSaga | RolledBackSaga;

/** Whether it has come to its end. A completed one may still be rolled back by an operator. */
export const isTerminal = (saga: SagaState): saga is CompletedSaga | FailedSaga | RolledBackSaga =>
  saga.status === 'completed' || saga.status === 'failed' || saga.status === 'rolled_back';

/** Whether a worker owes it anything. */
export const isOpen = (saga: SagaState): boolean =>
  saga.parked === undefined && (!isTerminal(saga) || saga.request !== undefined);

/** The steps, or the undos, that an operator may retry or skip: what a parked saga is parked at. */
export function parkedAt(saga: SagaState): { readonly type: 'step' | 'undo'; readonly steps: readonly string[] } {
  const namesOf = (all: readonly StartedWork[]): string[] => all.filter(isAtFault).map(({ step }) => step);
  if (!saga.parked) return { type: 'step', steps: [] };
  if (saga.status === 'compensating') return { type: 'undo', steps: namesOf(saga.undos) };
  return { type: 'step', steps: saga.status === 'in_progress' ? namesOf(saga.steps) : [] };
}

/** The saga that a journal tells of. */
export function replay(journal: readonly SagaEvent[]): SagaState {
  const [first, ...rest] = journal;
  if (first?.type !== 'created') throw new Error(`bug: a journal that begins with ${first?.type ?? 'nothing'}`);
  const { creatorId, input, atMs } = first;
  const fresh: PendingSaga = {
    status: 'pending',
    creatorId,
    input,
    createdAtMs: atMs,
    seq: 1,
    claim: { epoch: 0, seq: 0 },
    recoveries: 0,
  };
  return rest.reduce<SagaState>(evolve, fresh);
}

/** The saga after one more journal entry. */
export function evolve(saga: SagaState, event: SagaEvent): SagaState {
  const seq = saga.seq + 1;
  switch (event.type) {
    case 'created':
      throw new Error('bug: a saga was created twice');
    case 'claimed': {
      const recoveries = saga.recoveries + (event.isRecovery ? 1 : 0);
      return { ...saga, seq, claim: { epoch: event.epoch, seq }, recoveries };
    }
    case 'begun':
      if (saga.status !== 'pending') throw outOfPlace(event, saga);
      return { beganAtMs: event.atMs, timedFromMs: event.atMs, steps: [], ...saga, seq, status: 'in_progress' };
    case 'step_started':
    case 'step_tried':
    case 'step_failed':
    case 'step_ended':
    case 'step_aborted':
      return evolveStep(saga, event, seq);
    case 'completed': {
      if (saga.status !== 'in_progress') throw outOfPlace(event, saga);
      const { timedFromMs: _, ...begun } = saga;
      return { endedAtMs: event.atMs, ...begun, seq, status: 'completed' };
    }
    case 'compensation_started':
      return startCompensation(saga, event, seq);
    case 'undo_started':
    case 'undo_tried':
    case 'undo_ended':
    case 'undo_failed': {
      if (saga.status !== 'compensating') throw outOfPlace(event, saga);
      const { step, atMs } = event;
      const error = 'problem' in event ? [{ step, message: event.problem.message, atMs }] : [];
      const undoErrors = [...saga.undoErrors, ...error];
      return { ...movedOn(event, saga), seq, undos: evolveUndos(saga.undos, event, seq), undoErrors };
    }
    case 'failed':
    case 'rolled_back':
      if (saga.status !== 'compensating') throw outOfPlace(event, saga);
      return { ...saga, seq, status: event.type, endedAtMs: event.atMs };
    case 'parked':
      return { ...saga, seq, parked: event.reason };
    case 'revived':
      return revive(saga, event.atMs, seq);
    case 'step_reopened':
    case 'step_skipped': {
      if (saga.status !== 'in_progress') throw outOfPlace(event, saga);
      const steps = evolveSteps(saga.steps, event, seq);
      return { ...unparkedUnless(event, steps, saga), seq, steps, timedFromMs: event.atMs };
    }
    case 'undo_reopened':
    case 'undo_skipped': {
      if (saga.status !== 'compensating') throw outOfPlace(event, saga);
      const undos = evolveUndos(saga.undos, event, seq);
      return { ...unparkedUnless(event, undos, saga), seq, undos };
    }
    case 'requested': {
      const { action, by, reason } = event;
      // To roll back is more than to cancel, so it takes its place; otherwise the first wish is the one that counts.
      const isMore = action === 'roll_back' && saga.request?.action === 'cancel';
      const request = saga.request && !isMore ? saga.request : { action, by, reason };
      return { ...unparked(saga), seq, request };
    }
    case 'request_refused':
      return { ...withoutRequest(saga), seq };
    default:
      return unreachable(event);
  }
}

/** Steps are started, tried and failed on the way forward; they may end on the way back, too. */
function evolveStep(saga: SagaState, event: StepEvent, seq: number): SagaState {
  if (saga.status === 'in_progress') {
    return { ...movedOn(event, saga), seq, steps: evolveSteps(saga.steps, event, seq) };
  }
  const isOnTheWayBack = event.type === 'step_ended' || event.type === 'step_aborted';
  if (saga.status !== 'compensating' || !isOnTheWayBack) throw outOfPlace(event, saga);
  return { ...movedOn(event, saga), seq, steps: evolveSteps(saga.steps, event, seq) };
}

/** What has outlived a try does not end the processes that work on it: recoveries are counted anew. */
function movedOn<Saga extends SagaState>(event: StepEvent | UndoEvent, saga: Saga): Saga {
  const isStart = event.type === 'step_started' || event.type === 'undo_started';
  return isStart ? saga : { ...saga, recoveries: 0 };
}

function startCompensation(
  saga: SagaState,
  event: Extract<SagaEvent, { type: 'compensation_started' }>,
  seq: number,
): CompensatingSaga {
  if (saga.status !== 'in_progress' && saga.status !== 'completed') throw outOfPlace(event, saga);
  const { creatorId, input, createdAtMs, claim, recoveries, beganAtMs, steps } = saga;
  return {
    ...{ status: 'compensating', creatorId, input, createdAtMs, seq, claim, recoveries, beganAtMs, steps },
    ...{ cause: event.cause, undos: [], undoErrors: [] },
  };
}

/** Fresh tries for what had used them up, fresh recoveries, and the time begins anew. */
function revive(saga: SagaState, atMs: number, seq: number): SagaState {
  const revived = { ...unparked(saga), seq };
  if (revived.status === 'in_progress') {
    return { ...revived, timedFromMs: atMs, steps: reopenedAll(revived.steps, seq) };
  }
  if (revived.status === 'compensating') return { ...revived, undos: reopenedAll(revived.undos, seq) };
  return revived;
}

/** After a skip the saga stays parked while something else is given up; whatever is reopened is there to be tried. */
function unparkedUnless<Saga extends SagaState>(
  event: StepEvent | UndoEvent,
  works: readonly StartedWork[],
  saga: Saga,
): Saga {
  const isSkip = event.type === 'step_skipped' || event.type === 'undo_skipped';
  const isExhausted = saga.parked === 'step_exhausted' || saga.parked === 'undo_exhausted';
  if (isSkip && isExhausted && works.some(({ outcome }) => outcome === 'failed')) return saga;
  return unparked(saga);
}

function unparked<Saga extends SagaState>(saga: Saga): Saga {
  const { parked: _, ...rest } = saga;
  return { ...rest, recoveries: 0 } as Saga;
}

function withoutRequest<Saga extends SagaState>(saga: Saga): Saga {
  const { request: _, ...rest } = saga;
  return rest as Saga;
}

const outOfPlace = (event: SagaEvent, saga: SagaState): Error =>
  new Error(`bug: ${event.type} in the journal of a saga that is ${saga.status}`);
