import { unreachable } from '../unreachable.js';
import type { Why } from '../why.js';
import { NotParkedError, SagaLeasedError, SagaNotReversibleError, type NotReversible } from './errors.js';
import type { SagaLease } from './saga-claim.js';
import type { SagaEvent, UndoRequest } from './saga-event.js';
import { parkedAt, type SagaState } from './saga-state.js';
import type { StartedStep } from './started-work.js';

/** What an operator wants of a saga. */
export type SagaRequest = Why &
  (
    | { readonly type: 'revive' }
    | { readonly type: 'retry_step' | 'skip_step'; readonly step: string }
    | { readonly type: UndoRequest['action'] }
  );

export type SagaRequestDecision =
  | { readonly type: 'accepted'; readonly events: readonly SagaEvent[] }
  | { readonly type: 'refused'; readonly because: 'not_parked' | 'leased' | NotReversible };

/**
 * Whether an operator's wish may be written down. It is decided on the journal alone, without the definition: whoever asks
 * need not have it. A worker that has it carries the wish out.
 *
 * A parked saga is held by nobody, so nothing races with retry, skip and revive. A running saga is cancelled by its own worker,
 * which finds the wish in the journal. To roll back is to overrule the pivot, too: that is for sagas that nobody is working on.
 */
export function decideSagaRequest(
  saga: SagaState,
  lease: SagaLease | undefined,
  request: SagaRequest,
  nowMs: number,
): SagaRequestDecision {
  const { by, reason } = request;
  switch (request.type) {
    case 'revive':
      if (!saga.parked) return { type: 'refused', because: 'not_parked' };
      return accepted({ type: 'revived', atMs: nowMs, by, reason });
    case 'retry_step':
    case 'skip_step': {
      const { step } = request;
      const { type: what, steps } = parkedAt(saga);
      if (!steps.includes(step)) return { type: 'refused', because: 'not_parked' };
      const type = request.type === 'retry_step' ? (`${what}_reopened` as const) : (`${what}_skipped` as const);
      return accepted({ type, atMs: nowMs, step, by, reason });
    }
    case 'cancel':
    case 'roll_back': {
      const because = notReversible(saga, request.type);
      if (because) return { type: 'refused', because };
      if (request.type === 'roll_back' && lease && nowMs < lease.untilMs) return { type: 'refused', because: 'leased' };
      return accepted({ type: 'requested', atMs: nowMs, action: request.type, by, reason });
    }
    default:
      return unreachable(request);
  }
}

/**
 * The entries to be written for an operator's wish.
 *
 * @throws {NotParkedError} when there is nothing to retry, skip or revive.
 * @throws {SagaNotReversibleError} when it cannot be cancelled or rolled back.
 * @throws {SagaLeasedError} when a worker is executing what is to be rolled back.
 */
export function acceptedEvents(
  sagaId: string,
  saga: SagaState,
  lease: SagaLease | undefined,
  request: SagaRequest,
  nowMs: number,
): readonly SagaEvent[] {
  const decision = decideSagaRequest(saga, lease, request, nowMs);
  if (decision.type === 'accepted') return decision.events;
  const { because } = decision;
  switch (because) {
    case 'not_parked':
      throw 'step' in request
        ? new NotParkedError(sagaId, saga.status, request.step, parkedAt(saga).steps)
        : new NotParkedError(sagaId, saga.status);
    case 'leased':
      if (!lease) throw new Error('bug: refused under the lease of nobody');
      throw new SagaLeasedError(sagaId, lease.owner, lease.untilMs);
    default:
      throw new SagaNotReversibleError(sagaId, saga.status, because);
  }
}

const accepted = (event: SagaEvent): SagaRequestDecision => ({ type: 'accepted', events: [event] });

const isPivotOver = ({ isPivot, outcome }: StartedStep): boolean =>
  isPivot === true && (outcome === 'done' || outcome === 'skipped');

/** Whether an operator may still cancel it. */
export const isCancellable = (saga: SagaState): boolean => notReversible(saga, 'cancel') === undefined;

function notReversible(saga: SagaState, action: UndoRequest['action']): NotReversible | undefined {
  switch (saga.status) {
    case 'pending':
      return undefined;
    case 'in_progress':
      return action === 'cancel' && saga.steps.some(isPivotOver) ? 'past_pivot' : undefined;
    case 'completed':
      return action === 'cancel' ? 'completed' : undefined;
    case 'compensating':
      return 'being_undone';
    case 'failed':
    case 'rolled_back':
      return 'undone';
    default:
      return unreachable(saga);
  }
}
