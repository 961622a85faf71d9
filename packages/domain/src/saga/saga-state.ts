import { unreachable } from '../unreachable.js';
import type { ParkReason, SagaCause, SagaEvent, SagaProblem } from './saga-event.js';

/** Work that was recorded as started: a step, or the undo of one. */
export interface StartedWork {
  readonly step: string;
  /** `running` covers the try that nobody knows the outcome of, after a crash. */
  readonly outcome: 'running' | 'done' | 'failed';
  /** Failed tries since the start or the last revival. An interrupted try is none. */
  readonly failures: number;
  /** When the next try is due; 0: at once. */
  readonly retryAtMs: number;
  /** The number of its latest journal entry, which fences the next try. */
  readonly seq: number;
}

export interface StartedStep extends StartedWork {
  /** What the step returned. */
  readonly result?: unknown;
  readonly problem?: SagaProblem;
}

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
  /** Claims since the start or the last revival for which the owner before had not handed the saga back. */
  readonly recoveries: number;
  readonly parked?: ParkReason;
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
  /** From here the deadline counts: the beginning or the last revival. */
  readonly timedFromMs: number;
};
export type CompensatingSaga = Undoing & { readonly status: 'compensating' };
export type CompletedSaga = Begun & { readonly status: 'completed'; readonly endedAtMs: number };
export type FailedSaga = Undoing & { readonly status: 'failed'; readonly endedAtMs: number };

/** A saga. Each status carries only what it knows. */
export type SagaState = PendingSaga | RunningSaga | CompensatingSaga | CompletedSaga | FailedSaga;

/** Whether nothing will ever happen to it again. */
export const isTerminal = (saga: SagaState): saga is CompletedSaga | FailedSaga =>
  saga.status === 'completed' || saga.status === 'failed';

/** The saga that a journal tells of. */
export function replay(journal: readonly SagaEvent[]): SagaState {
  const [first, ...rest] = journal;
  if (first?.type !== 'created') throw new Error(`bug: a journal that begins with ${first?.type ?? 'nothing'}`);
  const { creatorId, input, atMs } = first;
  const fresh: PendingSaga = {
    ...{ status: 'pending', creatorId, input, createdAtMs: atMs, seq: 1 },
    ...{ claim: { epoch: 0, seq: 0 }, recoveries: 0 },
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
      return { ...saga, seq, status: 'in_progress', beganAtMs: event.atMs, timedFromMs: event.atMs, steps: [] };
    case 'step_started':
    case 'step_tried':
    case 'step_ended':
    case 'step_failed':
      if (saga.status !== 'in_progress') throw outOfPlace(event, saga);
      return { ...saga, seq, steps: evolveSteps(saga.steps, event, seq) };
    case 'completed': {
      if (saga.status !== 'in_progress') throw outOfPlace(event, saga);
      const { timedFromMs: _, ...begun } = saga;
      return { ...begun, seq, status: 'completed', endedAtMs: event.atMs };
    }
    case 'compensation_started': {
      if (saga.status !== 'in_progress') throw outOfPlace(event, saga);
      const { timedFromMs: _, ...begun } = saga;
      return { ...begun, seq, status: 'compensating', cause: event.cause, undos: [], undoErrors: [] };
    }
    case 'undo_started':
    case 'undo_tried':
    case 'undo_ended':
    case 'undo_failed': {
      if (saga.status !== 'compensating') throw outOfPlace(event, saga);
      const undoErrors = 'problem' in event ? [...saga.undoErrors, undoError(event)] : saga.undoErrors;
      return { ...saga, seq, undos: evolveUndos(saga.undos, event, seq), undoErrors };
    }
    case 'failed':
      if (saga.status !== 'compensating') throw outOfPlace(event, saga);
      return { ...saga, seq, status: 'failed', endedAtMs: event.atMs };
    case 'parked':
      return { ...saga, seq, parked: event.reason };
    case 'revived':
      return revive(saga, event.atMs, seq);
    default:
      return unreachable(event);
  }
}

type Of<Type extends SagaEvent['type']> = Extract<SagaEvent, { type: Type }>;

function evolveSteps(
  steps: readonly StartedStep[],
  event: Of<'step_started' | 'step_tried' | 'step_ended' | 'step_failed'>,
  seq: number,
): StartedStep[] {
  switch (event.type) {
    case 'step_started':
      return [...steps, { step: event.step, outcome: 'running', failures: 0, retryAtMs: 0, seq }];
    case 'step_tried':
      return change(steps, event.step, (step) => triedOnce(step, event.retryAtMs, seq));
    case 'step_ended':
      return change(steps, event.step, (step) => ({
        ...{ ...step, outcome: 'done', retryAtMs: 0, seq },
        ...('result' in event ? { result: event.result } : {}),
      }));
    case 'step_failed':
      return change(steps, event.step, (step) => ({ ...failed(step, seq), problem: event.problem }));
    default:
      return unreachable(event);
  }
}

function evolveUndos(
  undos: readonly StartedWork[],
  event: Of<'undo_started' | 'undo_tried' | 'undo_ended' | 'undo_failed'>,
  seq: number,
): StartedWork[] {
  switch (event.type) {
    case 'undo_started':
      return [...undos, { step: event.step, outcome: 'running', failures: 0, retryAtMs: 0, seq }];
    case 'undo_tried':
      return change(undos, event.step, (undo) => triedOnce(undo, event.retryAtMs, seq));
    case 'undo_ended':
      return change(undos, event.step, (undo) => ({ ...undo, outcome: 'done', retryAtMs: 0, seq }));
    case 'undo_failed':
      return change(undos, event.step, (undo) => failed(undo, seq));
    default:
      return unreachable(event);
  }
}

/** Fresh tries for what had used them up, fresh recoveries, and the time begins anew. */
function revive(saga: SagaState, atMs: number, seq: number): SagaState {
  const { parked: _, ...unparked } = saga;
  const revived = { ...unparked, seq, recoveries: 0 };
  if (revived.status === 'in_progress') {
    return { ...revived, timedFromMs: atMs, steps: revived.steps.map((step) => reopened(step, seq)) };
  }
  if (revived.status === 'compensating') {
    return { ...revived, undos: revived.undos.map((undo) => reopened(undo, seq)) };
  }
  return revived;
}

const reopened = <Work extends StartedWork>(work: Work, seq: number): Work =>
  work.outcome === 'done' ? work : { ...work, outcome: 'running', failures: 0, retryAtMs: 0, seq };

const triedOnce = <Work extends StartedWork>(work: Work, retryAtMs: number, seq: number): Work => ({
  ...work,
  failures: work.failures + 1,
  retryAtMs,
  seq,
});

const failed = <Work extends StartedWork>(work: Work, seq: number): Work => ({
  ...work,
  outcome: 'failed',
  failures: work.failures + 1,
  retryAtMs: 0,
  seq,
});

function change<Work extends StartedWork>(all: readonly Work[], step: string, to: (work: Work) => Work): Work[] {
  if (!all.some((work) => work.step === step && work.outcome === 'running')) {
    throw new Error(`bug: "${step}" ended or failed, but is not running`);
  }
  return all.map((work) => (work.step === step ? to(work) : work));
}

const undoError = ({ step, problem, atMs }: Of<'undo_tried' | 'undo_failed'>): CompensationError => ({
  step,
  message: problem.message,
  atMs,
});

const outOfPlace = (event: SagaEvent, saga: SagaState): Error =>
  new Error(`bug: ${event.type} in the journal of a ${saga.status} saga`);
