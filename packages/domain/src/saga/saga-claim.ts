import type { SagaEvent } from './saga-event.js';
import { isTerminal, type SagaState } from './saga-state.js';

/** Who holds a saga at the moment, and until when by the database's clock. */
export interface SagaLease {
  readonly owner: string;
  readonly untilMs: number;
}

/** How a worker asks for sagas. */
export interface SagaClaimTerms {
  readonly owner: string;
  readonly leaseMs: number;
  /** After this many recoveries in a row, with no try that ended in between, a saga is parked: it seems to kill its workers. */
  readonly recoveriesMax: number;
}

/** How a worker holds a saga from its creation. */
export interface SagaHolder extends SagaClaimTerms {
  /** What the saga begins with, written in one commit with its creation: the worker need not come back for it. */
  readonly begin?: (saga: SagaState, atMs: number) => readonly SagaEvent[];
}

export type SagaClaimDecision =
  /** The saga is the worker's: `events` say so, and `epoch` is its epoch. */
  | { readonly type: 'claimed'; readonly epoch: number; readonly events: readonly SagaEvent[] }
  | { readonly type: 'parked'; readonly events: readonly SagaEvent[] }
  | { readonly type: 'refused'; readonly because: 'terminal' | 'parked' | 'leased' };

/**
 * Whether a worker may take a saga up. A lease ends at its last instant: at `untilMs` it is over.
 *
 * @param lease what is written beside the saga; a lease that is over, but was not handed back, makes the claim a recovery.
 */
export function decideSagaClaim(
  saga: SagaState,
  lease: SagaLease | undefined,
  terms: SagaClaimTerms,
  nowMs: number,
): SagaClaimDecision {
  if (isTerminal(saga) && !saga.request) return { type: 'refused', because: 'terminal' };
  if (saga.parked) return { type: 'refused', because: 'parked' };
  if (lease && nowMs < lease.untilMs) return { type: 'refused', because: 'leased' };
  const isRecovery = lease !== undefined;
  if (isRecovery && saga.recoveries >= terms.recoveriesMax) {
    return { type: 'parked', events: [{ type: 'parked', atMs: nowMs, reason: 'recovered_too_often' }] };
  }
  const epoch = saga.claim.epoch + 1;
  return { type: 'claimed', epoch, events: [{ type: 'claimed', atMs: nowMs, owner: terms.owner, epoch, isRecovery }] };
}
