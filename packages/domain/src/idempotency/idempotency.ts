import { unreachable } from '../unreachable.js';
import type { StoredError } from './stored-error.js';

/** How a run ended: a result, as JSON, or an error that is final. */
export type OperationOutcome =
  { readonly type: 'result'; readonly json: string } | { readonly type: 'error'; readonly error: StoredError };

/** What is known of one key. All instants are of the database's clock, in ms since 1970 UTC. */
export type IdempotencyState =
  | { readonly status: 'none' }
  /** Nobody holds the key and nothing is stored under it: the last run let go of it. Kept for its epoch only. */
  | { readonly status: 'released'; readonly epoch: number; readonly expiresAtMs: number }
  | {
      readonly status: 'running';
      readonly epoch: number;
      /** Who runs it: unique to one run, not only to one process. */
      readonly owner: string;
      readonly paramsHash: string;
      readonly claimedAtMs: number;
      /** Until here the owner is taken to be alive; from here on anybody may take over. */
      readonly leaseUntilMs: number;
      /** From here on the claim of a dead owner is forgotten, and the key may be used with other parameters. */
      readonly expiresAtMs: number;
    }
  | {
      readonly status: 'done';
      readonly epoch: number;
      readonly paramsHash: string;
      readonly outcome: OperationOutcome;
      readonly claimedAtMs: number;
      readonly doneAtMs: number;
      /** From here on the key is free. Replays do not move it. */
      readonly expiresAtMs: number;
    };

/** A run that holds, or once held, the key. */
interface Holder {
  readonly owner: string;
  readonly epoch: number;
}

export type IdempotencyCommand =
  /** May I run? `ttlMs`: how long a dead claim is remembered after its lease. */
  | {
      readonly type: 'claim';
      readonly atMs: number;
      readonly owner: string;
      readonly paramsHash: string;
      readonly leaseMs: number;
      readonly ttlMs: number;
    }
  /** I am still alive. */
  | ({ readonly type: 'renew'; readonly atMs: number; readonly leaseMs: number; readonly ttlMs: number } & Holder)
  /** This is the result. */
  | ({ readonly type: 'complete'; readonly atMs: number; readonly json: string; readonly ttlMs: number } & Holder)
  /** It failed for good; whoever asks is told the same. */
  | ({ readonly type: 'fail'; readonly atMs: number; readonly error: StoredError; readonly ttlMs: number } & Holder)
  /** It failed, and may be tried again at once. */
  | ({ readonly type: 'release'; readonly atMs: number } & Holder)
  /** An operator wants the key free. */
  | { readonly type: 'forget'; readonly atMs: number };

type Renewed = { readonly type: 'renewed'; readonly leaseUntilMs: number; readonly expiresAtMs: number };
type Released = { readonly type: 'released'; readonly expiresAtMs: number };

export type IdempotencyEvent =
  | {
      readonly type: 'claimed';
      /** The fencing number: higher than that of every earlier claim of the key. */
      readonly epoch: number;
      readonly owner: string;
      readonly paramsHash: string;
      readonly claimedAtMs: number;
      readonly leaseUntilMs: number;
      readonly expiresAtMs: number;
    }
  | Renewed
  | {
      readonly type: 'ended';
      readonly outcome: OperationOutcome;
      readonly doneAtMs: number;
      readonly expiresAtMs: number;
    }
  | Released;

export type IdempotencyDecision =
  | { readonly type: 'accepted'; readonly event: IdempotencyEvent }
  /** A claim found the end of an earlier run. */
  | { readonly type: 'replayed'; readonly outcome: OperationOutcome }
  /** A claim, or `forget`, found a live owner. */
  | { readonly type: 'in_progress'; readonly sinceMs: number; readonly leaseUntilMs: number }
  /** A claim with other parameters than those the key stands for. */
  | { readonly type: 'mismatched'; readonly storedHash: string }
  /** The holder lost the key; nothing of it is stored. */
  | { readonly type: 'stale' }
  /** `forget` found nothing. */
  | { readonly type: 'absent' };

/** What a command leads to. Changes nothing; `evolve` applies the event. */
export function decide(command: IdempotencyCommand, known: IdempotencyState): IdempotencyDecision {
  switch (command.type) {
    case 'claim':
      return decideClaim(command, known);
    case 'renew':
      return ifHeld(command, known, renewed(command));
    case 'complete':
      return ifHeld(command, known, ended(command, { type: 'result', json: command.json }));
    case 'fail':
      return ifHeld(command, known, ended(command, { type: 'error', error: command.error }));
    case 'release':
      return ifHeld(command, known, { type: 'released', expiresAtMs: command.atMs });
    case 'forget':
      return decideForget(command.atMs, known);
    default:
      return unreachable(command);
  }
}

function decideClaim(claim: IdempotencyCommand & { type: 'claim' }, known: IdempotencyState): IdempotencyDecision {
  switch (known.status) {
    case 'none':
    case 'released':
      return claimed(claim, known);
    case 'running':
      if (claim.atMs < known.expiresAtMs && claim.paramsHash !== known.paramsHash) return mismatched(known.paramsHash);
      if (claim.atMs < known.leaseUntilMs) return inProgress(known);
      return claimed(claim, known);
    case 'done':
      if (claim.atMs >= known.expiresAtMs) return claimed(claim, known);
      if (claim.paramsHash !== known.paramsHash) return mismatched(known.paramsHash);
      return { type: 'replayed', outcome: known.outcome };
    default:
      return unreachable(known);
  }
}

function claimed(claim: IdempotencyCommand & { type: 'claim' }, known: IdempotencyState): IdempotencyDecision {
  const { atMs, owner, paramsHash, leaseMs, ttlMs } = claim;
  // The clock carries the number on when a swept row has taken the last epoch with it (see isSweepable).
  const epoch = Math.max(atMs, known.status === 'none' ? 0 : known.epoch + 1);
  const leaseUntilMs = atMs + leaseMs;
  return accept({
    type: 'claimed',
    epoch,
    owner,
    paramsHash,
    claimedAtMs: atMs,
    leaseUntilMs,
    expiresAtMs: leaseUntilMs + ttlMs,
  });
}

function decideForget(atMs: number, known: IdempotencyState): IdempotencyDecision {
  switch (known.status) {
    case 'none':
    case 'released':
      return { type: 'absent' };
    case 'running':
      return atMs < known.leaseUntilMs ? inProgress(known) : accept({ type: 'released', expiresAtMs: atMs });
    case 'done':
      return atMs < known.expiresAtMs ? accept({ type: 'released', expiresAtMs: atMs }) : { type: 'absent' };
    default:
      return unreachable(known);
  }
}

/** An owner whose lease is over still holds the key as long as nobody has taken over. */
function ifHeld(holder: Holder, known: IdempotencyState, event: IdempotencyEvent): IdempotencyDecision {
  const isHeld = known.status === 'running' && known.epoch === holder.epoch && known.owner === holder.owner;
  return isHeld ? accept(event) : { type: 'stale' };
}

function renewed({ atMs, leaseMs, ttlMs }: { atMs: number; leaseMs: number; ttlMs: number }): IdempotencyEvent {
  return { type: 'renewed', leaseUntilMs: atMs + leaseMs, expiresAtMs: atMs + leaseMs + ttlMs };
}

function ended({ atMs, ttlMs }: { atMs: number; ttlMs: number }, outcome: OperationOutcome): IdempotencyEvent {
  return { type: 'ended', outcome, doneAtMs: atMs, expiresAtMs: atMs + ttlMs };
}

/** What is known after an event. */
export function evolve(known: IdempotencyState, event: IdempotencyEvent): IdempotencyState {
  switch (event.type) {
    case 'claimed': {
      const { type: _, ...claim } = event;
      return { status: 'running', ...claim };
    }
    case 'renewed': {
      const { leaseUntilMs, expiresAtMs } = event;
      return { ...running(known, event), leaseUntilMs, expiresAtMs };
    }
    case 'ended': {
      const { epoch, paramsHash, claimedAtMs } = running(known, event);
      const { outcome, doneAtMs, expiresAtMs } = event;
      return { status: 'done', epoch, paramsHash, outcome, claimedAtMs, doneAtMs, expiresAtMs };
    }
    case 'released':
      if (known.status === 'none') throw new Error('bug: a key that was never claimed was released');
      return { status: 'released', epoch: known.epoch, expiresAtMs: event.expiresAtMs };
    default:
      return unreachable(event);
  }
}

function running(known: IdempotencyState, event: IdempotencyEvent): IdempotencyState & { status: 'running' } {
  if (known.status !== 'running') throw new Error(`bug: ${event.type} on a key that is ${known.status}`);
  return known;
}

/**
 * Whether the row of a key may be deleted: it has expired, so never a live claim. Nor one whose epoch the clock has
 * not passed yet: the next claim takes its epoch from the clock, and must not repeat one.
 */
export function isSweepable(known: IdempotencyState, atMs: number): boolean {
  return known.status !== 'none' && known.expiresAtMs <= atMs && known.epoch < atMs;
}

const accept = (event: IdempotencyEvent): IdempotencyDecision => ({ type: 'accepted', event });
const mismatched = (storedHash: string): IdempotencyDecision => ({ type: 'mismatched', storedHash });
const inProgress = ({ claimedAtMs, leaseUntilMs }: IdempotencyState & { status: 'running' }): IdempotencyDecision => ({
  type: 'in_progress',
  sinceMs: claimedAtMs,
  leaseUntilMs,
});
