import { unreachable } from '../unreachable.js';
import { compensate, failUndo, goBack } from './going-back.js';
import { deadlineOf, failStep, goForward, isPastPivot } from './going-forward.js';
import type { SagaEvent, SagaProblem } from './saga-event.js';
import { stepNamed, type SagaOutline } from './saga-outline.js';
import { evolve, type CompensatingSaga, type RunningSaga, type SagaState } from './saga-state.js';
import { isRunning, type StartedWork } from './started-work.js';

/** What a worker has to tell. `chance` from [0, 1) goes into the wait before the next try. */
export type SagaCommand = { readonly atMs: number } & (
  | { readonly type: 'begin' }
  | { readonly type: 'end_step'; readonly step: string; readonly result?: unknown }
  | { readonly type: 'fail_step'; readonly step: string; readonly problem: SagaProblem; readonly chance: number }
  /** A step that was told to stop is not running any more. */
  | { readonly type: 'abort_step'; readonly step: string; readonly problem?: SagaProblem }
  | { readonly type: 'end_undo'; readonly step: string }
  | { readonly type: 'fail_undo'; readonly step: string; readonly problem: SagaProblem; readonly chance: number }
  /** The deadline has passed, and no try is going on. */
  | { readonly type: 'expire' }
  /** Nothing is going on: what an operator wished is carried out, and the saga moves on. */
  | { readonly type: 'go_on' }
);

/** What a worker owes: to tell the saga something, or to try a step or an undo and tell how it went. */
export type SagaTask =
  | { readonly type: 'begin' }
  | { readonly type: 'expire' }
  | { readonly type: 'go_on' }
  /** Tell the step to stop and wait for it, up to its timeout; then tell the saga how it ended. */
  | { readonly type: 'abort'; readonly step: string }
  | {
      readonly type: 'execute' | 'undo';
      readonly step: string;
      /** From 1; an interrupted try has the same number as its repetition. */
      readonly attempt: number;
      /** Higher than that of every earlier try of this step, whoever made it. */
      readonly fence: number;
      /** Not to be tried before this instant; 0: at once. */
      readonly notBeforeMs: number;
      /** To be aborted at this instant: the saga's deadline. Absent: it has none any more. */
      readonly deadlineMs?: number;
    };

/**
 * The entries that follow from what a worker tells. The end of one step and the start of the next come together, so that they
 * are written together.
 */
export function decide(command: SagaCommand, saga: SagaState, outline: SagaOutline): SagaEvent[] {
  const { atMs } = command;
  switch (command.type) {
    case 'begin': {
      const begun: SagaEvent = { type: 'begun', atMs };
      return [begun, ...goForward(running(evolve(saga, begun)), outline, atMs)];
    }
    case 'end_step': {
      const { step } = command;
      const result = 'result' in command ? { result: command.result } : {};
      const pivot = stepNamed(outline, step).isPivot ? { isPivot: true as const } : {};
      const ended: SagaEvent = { type: 'step_ended', atMs, step, ...result, ...pivot };
      return [ended, ...afterStep(evolve(saga, ended), outline, atMs)];
    }
    case 'fail_step':
      if (isDoomed(saga, outline)) return abortStep(command, saga, outline);
      return failStep(command, running(saga), outline);
    case 'abort_step':
      if (!isDoomed(saga, outline)) throw new Error(`bug: "${command.step}" was told to stop, but nothing is undone`);
      return abortStep(command, saga, outline);
    case 'end_undo': {
      const ended: SagaEvent = { type: 'undo_ended', atMs, step: command.step };
      return [ended, ...goBack(compensating(evolve(saga, ended)), outline, atMs)];
    }
    case 'fail_undo':
      return failUndo(command, compensating(saga), outline);
    case 'expire': {
      const steps = running(saga).steps.filter(isRunning);
      const step = steps[0] && { step: steps[0].step };
      return compensate({ type: 'deadline_passed', ...step }, saga, outline, atMs, steps);
    }
    case 'go_on':
      return saga.request ? carryOut(saga, outline, atMs) : afterStep(saga, outline, atMs);
    default:
      return unreachable(command);
  }
}

/** What is owed to the saga, after a restart as at any other moment; nothing when it is terminal or parked. */
export function resume(saga: SagaState, outline: SagaOutline, nowMs: number): SagaTask[] {
  if (saga.parked) return [];
  switch (saga.status) {
    case 'pending':
      return [{ type: saga.request ? 'go_on' : 'begin' }];
    case 'in_progress':
      return resumeForward(saga, outline, nowMs);
    case 'compensating': {
      // One by one: an undo may rely on what was done before its step.
      const undo = saga.undos.find(isRunning);
      return undo ? [{ type: 'undo', ...tryOf(undo, saga) }] : abortOrGoOn(saga);
    }
    case 'completed':
      return saga.request ? [{ type: 'go_on' }] : [];
    case 'failed':
    case 'rolled_back':
      return [];
    default:
      return unreachable(saga);
  }
}

function resumeForward(saga: RunningSaga, outline: SagaOutline, nowMs: number): SagaTask[] {
  if (saga.request) return isDoomed(saga, outline) ? abortOrGoOn(saga) : [{ type: 'go_on' }];
  const steps = saga.steps.filter(isRunning);
  const deadlineMs = deadlineOf(saga, outline);
  if (deadlineMs !== undefined && nowMs >= deadlineMs) return [{ type: 'expire' }];
  if (steps.length === 0) return [{ type: 'go_on' }];
  return steps.map((step) => ({
    ...{ type: 'execute', ...tryOf(step, saga) },
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  }));
}

function abortOrGoOn(saga: RunningSaga | CompensatingSaga): SagaTask[] {
  const steps = saga.steps.filter(isRunning);
  if (steps.length === 0) return [{ type: 'go_on' }];
  return steps.map(({ step }) => ({ type: 'abort', step }));
}

const tryOf = ({ step, failures, seq, retryAtMs }: StartedWork, { claim }: SagaState) => ({
  step,
  attempt: failures + 1,
  fence: Math.max(seq, claim.seq),
  notBeforeMs: retryAtMs,
});

/** Whether all is to be undone: then what is still running is told to stop. */
function isDoomed(saga: SagaState, outline: SagaOutline): boolean {
  if (saga.status === 'compensating') return true;
  if (saga.status !== 'in_progress' || !saga.request) return false;
  return saga.request.action === 'roll_back' || !isPastPivot(saga, outline);
}

function abortStep(
  { step, problem, atMs }: { step: string; problem?: SagaProblem; atMs: number },
  saga: SagaState,
  outline: SagaOutline,
): SagaEvent[] {
  const aborted: SagaEvent = { type: 'step_aborted', atMs, step, ...(problem ? { problem } : {}) };
  return [aborted, ...afterStep(evolve(saga, aborted), outline, atMs)];
}

/** What follows once a step is over, whichever way the saga goes. */
function afterStep(saga: SagaState, outline: SagaOutline, atMs: number): SagaEvent[] {
  return saga.status === 'compensating' ? goBack(saga, outline, atMs) : goForward(running(saga), outline, atMs);
}

/** Carries out an operator's wish that all be undone; refuses to cancel what the pivot has ended of. */
function carryOut(saga: SagaState, outline: SagaOutline, atMs: number): SagaEvent[] {
  const { request } = saga;
  if (!request) throw new Error('bug: nothing was requested');
  if (saga.status === 'in_progress' && !isDoomed(saga, outline)) {
    const refused: SagaEvent = { type: 'request_refused', atMs, action: 'cancel' };
    return [refused, ...goForward(running(evolve(saga, refused)), outline, atMs)];
  }
  const begun: SagaEvent[] = saga.status === 'pending' ? [{ type: 'begun', atMs }] : [];
  return [...begun, ...compensate({ type: 'requested', request }, begun.reduce(evolve, saga), outline, atMs)];
}

function running(saga: SagaState): RunningSaga {
  if (saga.status !== 'in_progress') throw new Error(`bug: a ${saga.status} saga was told of a step`);
  return saga;
}

function compensating(saga: SagaState): CompensatingSaga {
  if (saga.status !== 'compensating') throw new Error(`bug: a ${saga.status} saga was told of an undo`);
  return saga;
}
