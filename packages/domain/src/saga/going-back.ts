import { retryDelayMs } from './retry.js';
import type { SagaCause, SagaEvent } from './saga-event.js';
import { stepNamed, type SagaOutline, type StepOutline } from './saga-outline.js';
import { evolve, type CompensatingSaga, type SagaState } from './saga-state.js';
import { failuresOf, isRunning, type FailedTry, type StartedWork } from './started-work.js';

/**
 * Turns round. What is still running is waited for before the first undo.
 *
 * @param lost steps that are recorded as running, but of which it is known that no try is going on.
 */
export function compensate(
  cause: SagaCause,
  saga: SagaState,
  outline: SagaOutline,
  atMs: number,
  lost: readonly StartedWork[] = [],
): SagaEvent[] {
  const events: SagaEvent[] = [
    { type: 'compensation_started', atMs, cause },
    ...lost.map(({ step }): SagaEvent => ({ type: 'step_aborted', atMs, step })),
  ];
  return [...events, ...goBack(compensating(events.reduce(evolve, saga)), outline, atMs)];
}

/** Starts the next undo in reverse order of recorded start, or ends the saga; parks it if an undo was given up. */
export function goBack(saga: CompensatingSaga, outline: SagaOutline, atMs: number): SagaEvent[] {
  if (saga.steps.some(isRunning) || saga.undos.some(isRunning)) return [];
  const isBegun = (name: string): boolean => saga.undos.some(({ step }) => step === name);
  const next = saga.steps
    .filter((started) => isUndoOwed(stepNamed(outline, started.step), started) && !isBegun(started.step))
    .at(-1);
  if (next) return [{ type: 'undo_started', atMs, step: next.step }];
  if (saga.undos.some(({ outcome }) => outcome === 'failed')) {
    return [{ type: 'parked', atMs, reason: 'undo_exhausted' }];
  }
  return [{ type: saga.cause.type === 'requested' ? 'rolled_back' : 'failed', atMs }];
}

/** An effect may have happened once its start is recorded; a transaction has happened if, and only if, its end is. */
function isUndoOwed({ kind, undo }: StepOutline, { outcome }: StartedWork): boolean {
  return undo !== undefined && (kind === 'effect' || outcome === 'done');
}

/** Another try, if there are any left; else the next undo: one that is given up stops none of the others. */
export function failUndo(
  { step, problem, chance, atMs }: FailedTry,
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

function compensating(saga: SagaState): CompensatingSaga {
  if (saga.status !== 'compensating') throw new Error(`bug: a ${saga.status} saga was to be undone`);
  return saga;
}
