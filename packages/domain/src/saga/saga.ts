import { unreachable } from '../unreachable.js';
import { retryDelayMs } from './retry.js';
import type { SagaCause, SagaEvent, SagaProblem } from './saga-event.js';
import { stepNamed, type SagaOutline, type StepOutline } from './saga-outline.js';
import { evolve, type CompensatingSaga, type RunningSaga, type SagaState, type StartedWork } from './saga-state.js';

/** What a worker has to tell. `chance` from [0, 1) goes into the wait before the next try. */
export type SagaCommand = { readonly atMs: number } & (
  | { readonly type: 'begin' }
  | { readonly type: 'end_step'; readonly step: string; readonly result?: unknown }
  | { readonly type: 'fail_step'; readonly step: string; readonly problem: SagaProblem; readonly chance: number }
  | { readonly type: 'end_undo'; readonly step: string }
  | { readonly type: 'fail_undo'; readonly step: string; readonly problem: SagaProblem; readonly chance: number }
  /** The deadline has passed while no try was going on. */
  | { readonly type: 'expire' }
);

/** What a worker owes: to tell the saga something, or to try a step or an undo and tell how it went. */
export type SagaTask =
  | { readonly type: 'begin' }
  | { readonly type: 'expire' }
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
      const result = 'result' in command ? { result: command.result } : {};
      const ended: SagaEvent = { type: 'step_ended', atMs, step: command.step, ...result };
      return [ended, ...goForward(running(evolve(saga, ended)), outline, atMs)];
    }
    case 'fail_step':
      return failStep(command, running(saga), outline);
    case 'end_undo': {
      const ended: SagaEvent = { type: 'undo_ended', atMs, step: command.step };
      return [ended, ...goBack(compensating(evolve(saga, ended)), outline, atMs)];
    }
    case 'fail_undo':
      return failUndo(command, compensating(saga), outline);
    case 'expire': {
      const step = running(saga).steps.find(({ outcome }) => outcome === 'running')?.step;
      return compensate({ type: 'deadline_passed', ...(step === undefined ? {} : { step }) }, saga, outline, atMs);
    }
    default:
      return unreachable(command);
  }
}

/** What is owed to the saga, after a restart as at any other moment; nothing when it is terminal or parked. */
export function resume(saga: SagaState, outline: SagaOutline, nowMs: number): SagaTask[] {
  if (saga.parked) return [];
  switch (saga.status) {
    case 'pending':
      return [{ type: 'begin' }];
    case 'in_progress': {
      const deadlineMs = deadlineOf(saga, outline);
      if (deadlineMs !== undefined && nowMs >= deadlineMs) return [{ type: 'expire' }];
      return saga.steps.filter(isRunning).map((step) => ({
        ...{ type: 'execute', ...tryOf(step, saga) },
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      }));
    }
    case 'compensating':
      // One by one: an undo may rely on what was done before its step.
      return saga.undos
        .filter(isRunning)
        .slice(0, 1)
        .map((undo) => ({ type: 'undo', ...tryOf(undo, saga) }));
    case 'completed':
    case 'failed':
      return [];
    default:
      return unreachable(saga);
  }
}

const isRunning = ({ outcome }: StartedWork): boolean => outcome === 'running';

const tryOf = ({ step, failures, seq, retryAtMs }: StartedWork, { claim }: SagaState) => ({
  step,
  attempt: failures + 1,
  fence: Math.max(seq, claim.seq),
  notBeforeMs: retryAtMs,
});

/** When everything is to be undone if the saga is not past its pivot by then; `undefined`: never. */
function deadlineOf(saga: RunningSaga, outline: SagaOutline): number | undefined {
  if (outline.timeoutMs === undefined || isPastPivot(saga, outline)) return undefined;
  return saga.timedFromMs + outline.timeoutMs;
}

function isPastPivot(saga: RunningSaga, outline: SagaOutline): boolean {
  const pivot = outline.steps.find((step) => step.isPivot);
  return saga.steps.some(({ step, outcome }) => step === pivot?.name && outcome === 'done');
}

/** Starts the next step, or ends the saga. */
function goForward(saga: RunningSaga, outline: SagaOutline, atMs: number): SagaEvent[] {
  const next = outline.steps.find(({ name }) => !saga.steps.some(({ step }) => step === name));
  if (!next) return [{ type: 'completed', atMs }];
  const deadlineMs = deadlineOf(saga, outline);
  if (deadlineMs !== undefined && atMs >= deadlineMs)
    return compensate({ type: 'deadline_passed' }, saga, outline, atMs);
  return [{ type: 'step_started', atMs, step: next.name }];
}

function failStep(
  { step, problem, chance, atMs }: Extract<SagaCommand, { type: 'fail_step' }>,
  saga: RunningSaga,
  outline: SagaOutline,
): SagaEvent[] {
  const { retry, onExhausted } = stepNamed(outline, step);
  const deadlineMs = deadlineOf(saga, outline);
  const failures = failuresOf(saga.steps, step) + 1;
  const retryAtMs = atMs + retryDelayMs(retry, failures, chance);
  // A try after the deadline would never be made: the step has failed now.
  const isInTime = deadlineMs === undefined || retryAtMs < deadlineMs;
  if (failures < retry.attempts && !problem.isTerminal && isInTime && problem.kind !== 'deadline') {
    return [{ type: 'step_tried', atMs, step, problem, retryAtMs }];
  }

  const failed: SagaEvent = { type: 'step_failed', atMs, step, problem };
  const after = evolve(saga, failed);
  if (problem.kind === 'deadline') {
    return [failed, ...compensate({ type: 'deadline_passed', step }, after, outline, atMs)];
  }
  if (isPastPivot(saga, outline) || onExhausted === 'park') {
    return [failed, { type: 'parked', atMs, reason: 'step_exhausted' }];
  }
  return [failed, ...compensate({ type: 'step_failed', step, problem }, after, outline, atMs)];
}

function compensate(cause: SagaCause, saga: SagaState, outline: SagaOutline, atMs: number): SagaEvent[] {
  const started: SagaEvent = { type: 'compensation_started', atMs, cause };
  return [started, ...goBack(compensating(evolve(saga, started)), outline, atMs)];
}

/** Starts the next undo in reverse order of recorded start, or ends the saga; parks it if an undo was given up. */
function goBack(saga: CompensatingSaga, outline: SagaOutline, atMs: number): SagaEvent[] {
  if (saga.undos.some(isRunning)) return [];
  const isBegun = (name: string): boolean => saga.undos.some(({ step }) => step === name);
  const next = saga.steps
    .filter((started) => isUndoOwed(stepNamed(outline, started.step), started) && !isBegun(started.step))
    .at(-1);
  if (next) return [{ type: 'undo_started', atMs, step: next.step }];
  if (saga.undos.some(({ outcome }) => outcome === 'failed')) {
    return [{ type: 'parked', atMs, reason: 'undo_exhausted' }];
  }
  return [{ type: 'failed', atMs }];
}

/** An effect may have happened once its start is recorded; a transaction has happened if, and only if, its end is. */
function isUndoOwed({ kind, undo }: StepOutline, { outcome }: StartedWork): boolean {
  return undo !== undefined && (kind === 'effect' || outcome === 'done');
}

function failUndo(
  { step, problem, chance, atMs }: Extract<SagaCommand, { type: 'fail_undo' }>,
  saga: CompensatingSaga,
  outline: SagaOutline,
): SagaEvent[] {
  const { undo } = stepNamed(outline, step);
  if (!undo) throw new Error(`bug: step "${step}" failed to be undone, but has no undo`);
  const failures = failuresOf(saga.undos, step) + 1;
  if (failures < undo.retry.attempts && !problem.isTerminal) {
    return [{ type: 'undo_tried', atMs, step, problem, retryAtMs: atMs + retryDelayMs(undo.retry, failures, chance) }];
  }
  const failed: SagaEvent = { type: 'undo_failed', atMs, step, problem };
  return [failed, ...goBack(compensating(evolve(saga, failed)), outline, atMs)];
}

function failuresOf(all: readonly StartedWork[], step: string): number {
  const work = all.find((each) => each.step === step);
  if (work?.outcome !== 'running') throw new Error(`bug: "${step}" failed, but is not running`);
  return work.failures;
}

function running(saga: SagaState): RunningSaga {
  if (saga.status !== 'in_progress') throw new Error(`bug: a ${saga.status} saga was told of a step`);
  return saga;
}

function compensating(saga: SagaState): CompensatingSaga {
  if (saga.status !== 'compensating') throw new Error(`bug: a ${saga.status} saga was told of an undo`);
  return saga;
}
