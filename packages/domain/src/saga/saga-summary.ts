import { unreachable } from '../unreachable.js';
import type { ParkReason, SagaCause, UndoRequest } from './saga-event.js';
import type { SagaStatus } from './saga-status.js';
import { isTerminal, type CompensationError, type SagaState } from './saga-state.js';
import type { StartedStep } from './started-work.js';

/** What the documented columns of `saga_execution_log` say about a saga. They always tell the truth. */
export interface SagaSummary {
  readonly status: SagaStatus;
  /** Why it is parked; absent: it is not. */
  readonly stuck?: ParkReason;
  /** Names of the steps that succeeded, in the order of their start; also those undone since. */
  readonly stepsCompleted: readonly string[];
  /** What an operator wished and no worker has carried out yet. */
  readonly requested?: UndoRequest['action'];
  /** The step that failed; absent while none has, and when the deadline passed between two steps. */
  readonly failedStep?: string;
  readonly errorMessage?: string;
  /** Every failed try of an undo, also of undos that succeeded later. */
  readonly compensationErrors: readonly CompensationError[];
  /** When the first step started; until then, when the saga was created. */
  readonly startedAtMs: number;
  /** Present exactly when the status is terminal. */
  readonly completedAtMs?: number;
  readonly executionTimeMs?: number;
}

export function summarize(saga: SagaState): SagaSummary {
  const startedAtMs = saga.status === 'pending' ? saga.createdAtMs : saga.beganAtMs;
  const steps = saga.status === 'pending' ? [] : saga.steps;
  return {
    status: saga.status,
    ...(saga.parked ? { stuck: saga.parked } : {}),
    ...(saga.request ? { requested: saga.request.action } : {}),
    stepsCompleted: steps.filter(({ outcome }) => outcome === 'done').map(({ step }) => step),
    ...problemOf(saga),
    compensationErrors: 'undoErrors' in saga ? saga.undoErrors : [],
    startedAtMs,
    ...(isTerminal(saga) ? { completedAtMs: saga.endedAtMs, executionTimeMs: saga.endedAtMs - startedAtMs } : {}),
  };
}

/** What went wrong first: that of which everything else is a consequence. */
function problemOf(saga: SagaState): { failedStep?: string; errorMessage?: string } {
  switch (saga.status) {
    case 'pending':
      return saga.parked ? { errorMessage: recoveredMessage(saga.recoveries) } : {};
    case 'in_progress': {
      const failed = saga.steps.find(({ outcome }) => outcome === 'failed');
      if (failed?.problem) return { failedStep: failed.step, errorMessage: failed.problem.message };
      return saga.parked ? { errorMessage: recoveredMessage(saga.recoveries) } : {};
    }
    case 'compensating':
    case 'failed':
    case 'rolled_back':
      return causeOf(saga.cause, saga.steps);
    case 'completed':
      return {};
    default:
      return unreachable(saga);
  }
}

function causeOf(cause: SagaCause, steps: readonly StartedStep[]): { failedStep?: string; errorMessage: string } {
  switch (cause.type) {
    case 'step_failed':
      return { failedStep: cause.step, errorMessage: cause.problem.message };
    case 'deadline_passed': {
      const errorMessage = 'the deadline of the saga passed';
      return cause.step === undefined ? { errorMessage } : { failedStep: cause.step, errorMessage };
    }
    case 'requested': {
      // The step it was parked at, if it was: that had failed before anybody wished anything.
      const failed = steps.find(({ outcome }) => outcome === 'failed');
      const { action, by, reason } = cause.request;
      const errorMessage = `${action === 'cancel' ? 'cancelled' : 'rolled back'} by ${by}: ${reason}`;
      return failed ? { failedStep: failed.step, errorMessage } : { errorMessage };
    }
    default:
      return unreachable(cause);
  }
}

const recoveredMessage = (recoveries: number): string =>
  `its worker was lost ${recoveries + 1} times: it seems to end the process that works on it`;
