import { unreachable } from '../unreachable.js';
import {
  accept,
  eventsOf,
  refuse,
  type Admit,
  type BreakerCommand,
  type BreakerDecision,
  type CountSuccesses,
  type Settle,
} from './breaker-command.js';
import type { BreakerEvent, OpeningCause } from './breaker-event.js';
import type { BreakerPolicy } from './breaker-policy.js';
import { endedHolds, evolve, holdAt, livePermits, stateAt, type CircuitBreaker } from './circuit-breaker.js';
import { decideHold, decideRelease } from './decide-holds.js';
import { openMsOf } from './open-time.js';
import { withVote } from './quorum.js';

/** What a command does to a breaker. Spec, section 4: failures open it, trial calls close it again, operators overrule both. */
export function decide(command: BreakerCommand, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerDecision {
  const ended = endedHolds(breaker, command.atMs);
  if (!ended) return decidePresent(command, breaker, policy);
  const decision = decidePresent(command, evolve(breaker, ended), policy);
  return decision.type === 'accepted' ? accept(ended, ...decision.events) : decision;
}

/** A decision and the breaker it leads to. */
export interface BreakerStep {
  readonly decision: BreakerDecision;
  readonly breaker: CircuitBreaker;
}

/** Decides and folds the events in. */
export function step(command: BreakerCommand, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerStep {
  const decision = decide(command, breaker, policy);
  return { decision, breaker: eventsOf(decision).reduce(evolve, breaker) };
}

function decidePresent(command: BreakerCommand, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerDecision {
  switch (command.type) {
    case 'admit':
      return decideAdmit(command, breaker, policy);
    case 'settle':
      return decideSettle(command, breaker, policy);
    case 'count_successes':
      return decideCountSuccesses(command, breaker);
    case 'hold':
      return decideHold(command, breaker);
    case 'release':
      return decideRelease(command, breaker);
    case 'reset':
      return accept({ type: 'reset', by: command.by, reason: command.reason, atMs: command.atMs });
    default:
      return unreachable(command);
  }
}

function decideAdmit({ permitId, atMs }: Admit, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerDecision {
  const hold = holdAt(breaker, atMs);
  if (hold) return hold.as === 'open' ? { type: 'held', hold } : accept();
  const granted: BreakerEvent = {
    type: 'permit_granted',
    permit: { id: permitId, untilMs: atMs + policy.probeTimeoutMs },
    atMs,
  };
  switch (breaker.state) {
    case 'closed':
      return accept();
    case 'open':
      if (atMs < breaker.openUntilMs) return refuse(breaker.openUntilMs - atMs);
      return accept({ type: 'half_opened', atMs }, granted);
    case 'half_open': {
      const out = livePermits(breaker, atMs);
      if (out.length < policy.probeLimit) return accept(granted);
      return refuse(Math.min(...out.map(({ untilMs }) => untilMs)) - atMs);
    }
    default:
      return unreachable(breaker);
  }
}

function decideSettle(command: Settle, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerDecision {
  const { ticket, atMs } = command;
  // A call let out before the last transition says nothing about the present state.
  if (ticket && ticket.generation !== breaker.generation) return accept();
  // What an operator holds, calls do not move.
  if (breaker.held) return accept();
  switch (breaker.state) {
    case 'closed':
      return accept(...settledClosed(command, breaker, policy));
    case 'open': {
      // Nobody has a ticket of an open breaker. A reported outcome counts once trial calls would be let out.
      if (ticket || stateAt(breaker, atMs) === 'open' || command.outcome === 'neither') return accept();
      const halfOpened: BreakerEvent = { type: 'half_opened', atMs };
      return accept(halfOpened, ...settledHalfOpen(command, evolve(breaker, halfOpened), policy));
    }
    case 'half_open': {
      // A permit that has ended may be another caller's by now: its result is late.
      if (ticket && !livePermits(breaker, atMs).some(({ id }) => id === ticket.permitId)) return accept();
      return accept(...settledHalfOpen(command, breaker, policy));
    }
    default:
      return unreachable(breaker);
  }
}

function settledClosed(
  command: Settle,
  breaker: CircuitBreaker & { state: 'closed' },
  policy: BreakerPolicy,
): BreakerEvent[] {
  const { outcome, sinceOwnSuccessMs, failures = 1, cause, atMs } = command;
  switch (outcome) {
    case 'neither':
      return [];
    case 'success':
      return [{ type: 'successes_counted', count: 1, atMs }, ...tripped(command, breaker, policy, 0)];
    case 'failure': {
      const { runStartedAtMs } = breaker;
      const isInterrupted =
        runStartedAtMs === undefined || (sinceOwnSuccessMs !== undefined && atMs - sinceOwnSuccessMs > runStartedAtMs);
      const failureCount = isInterrupted ? failures : breaker.failureCount + failures;
      const counted: BreakerEvent = {
        type: 'failures_counted',
        failureCount,
        runStartedAtMs: isInterrupted ? atMs : runStartedAtMs,
        atMs,
        cause,
      };
      return [counted, ...tripped(command, breaker, policy, failureCount)];
    }
    default:
      return unreachable(outcome);
  }
}

/** A rule that trips opens the breaker. Where a quorum decides, it is one process's vote, and the fleet's run no rule. */
function tripped(
  command: Settle,
  breaker: CircuitBreaker & { state: 'closed' },
  policy: BreakerPolicy,
  failureCount: number,
): BreakerEvent[] {
  const { node = '', atMs } = command;
  if (policy.quorum === 1) {
    const isRunLong = failureCount >= policy.failureThreshold;
    const rule = command.tripped ?? (isRunLong ? 'failures_in_a_row' : undefined);
    return rule ? [opened(command, 0, rule, policy)] : [];
  }
  if (!command.tripped) return [];
  const votes = withVote(breaker.votes, { node, atMs }, policy);
  const isQuorum = votes.length >= policy.quorum;
  return [{ type: 'voted', votes }, ...(isQuorum ? [opened(command, 0, 'quorum', policy)] : [])];
}

function settledHalfOpen(command: Settle, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerEvent[] {
  const { outcome, ticket, failures = 1, cause, atMs } = command;
  const returned: BreakerEvent[] = ticket?.permitId ? [{ type: 'permit_returned', permitId: ticket.permitId }] : [];
  switch (outcome) {
    case 'neither':
      return returned;
    case 'success': {
      const isEnough = breaker.successCount + 1 >= policy.successThreshold;
      const closed: BreakerEvent[] = isEnough ? [{ type: 'closed', atMs }] : [];
      return [...returned, { type: 'successes_counted', count: 1, atMs }, ...closed];
    }
    case 'failure': {
      const failureCount = breaker.failureCount + failures;
      const counted: BreakerEvent = { type: 'failures_counted', failureCount, runStartedAtMs: atMs, atMs, cause };
      return [counted, opened(command, breaker.reopenings + 1, 'trial_failed', policy)];
    }
    default:
      return unreachable(outcome);
  }
}

const opened = (
  { atMs, random = 0 }: Settle,
  reopenings: number,
  cause: OpeningCause,
  policy: BreakerPolicy,
): BreakerEvent => ({
  type: 'opened',
  atMs,
  openUntilMs: atMs + openMsOf(policy, reopenings, random),
  reopenings,
  cause,
});

/** Successes older than the run of failures do not end it: they were merely told late. */
function decideCountSuccesses(command: CountSuccesses, breaker: CircuitBreaker): BreakerDecision {
  const { generation, count, atMs } = command;
  const lastAtMs = atMs - command.sinceLastMs;
  if (generation !== breaker.generation || breaker.state !== 'closed' || count === 0) return accept();
  if (breaker.held) return accept();
  if (breaker.runStartedAtMs !== undefined && lastAtMs <= breaker.runStartedAtMs) return accept();
  return accept({ type: 'successes_counted', count, atMs: lastAtMs });
}
