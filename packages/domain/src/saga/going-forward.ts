import { compensate } from './going-back.js';
import { retryDelayMs } from './retry.js';
import type { SagaEvent } from './saga-event.js';
import { startsWith, stepNamed, type SagaOutline } from './saga-outline.js';
import { evolve, type RunningSaga } from './saga-state.js';
import { failuresOf, isRunning, type FailedTry } from './started-work.js';

/** When everything is to be undone if the saga is not past its pivot by then; `undefined`: never. */
export function deadlineOf(saga: RunningSaga, outline: SagaOutline): number | undefined {
  if (outline.timeoutMs === undefined || isPastPivot(saga, outline)) return undefined;
  return saga.timedFromMs + outline.timeoutMs;
}

/** Whether the pivot is done, or was skipped by an operator: then the saga only goes forward. */
export function isPastPivot(saga: RunningSaga, outline: SagaOutline): boolean {
  const pivot = outline.steps.find((step) => step.isPivot);
  return saga.steps.some(({ step, outcome }) => step === pivot?.name && (outcome === 'done' || outcome === 'skipped'));
}

/** Starts what comes next, a step or a group of them, once nothing is running any more; ends the saga, or parks it. */
export function goForward(saga: RunningSaga, outline: SagaOutline, atMs: number): SagaEvent[] {
  if (saga.steps.some(isRunning) || saga.request) return [];
  // A member of a group had used up its tries while others went on.
  if (saga.steps.some(({ outcome }) => outcome === 'failed')) {
    return [{ type: 'parked', atMs, reason: 'step_exhausted' }];
  }
  const next = outline.steps.find(({ name }) => !saga.steps.some(({ step }) => step === name));
  if (!next) return [{ type: 'completed', atMs }];
  const deadlineMs = deadlineOf(saga, outline);
  if (deadlineMs !== undefined && atMs >= deadlineMs) {
    return compensate({ type: 'deadline_passed' }, saga, outline, atMs);
  }
  return startsWith(outline, next).map(({ name, isPivot }) => ({
    ...{ type: 'step_started', atMs, step: name },
    ...(isPivot ? { isPivot } : {}),
  }));
}

/** Another try, if there are any left; else everything is undone, or the saga is parked when nothing else is running. */
export function failStep(
  { step, problem, chance, atMs }: FailedTry,
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
    // Others of its group go on to their end first.
    if (saga.steps.filter(isRunning).length > 1) return [failed];
    return [failed, { type: 'parked', atMs, reason: 'step_exhausted' }];
  }
  return [failed, ...compensate({ type: 'step_failed', step, problem }, after, outline, atMs)];
}
