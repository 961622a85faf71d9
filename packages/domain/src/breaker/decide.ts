import { unreachable } from '../unreachable.js';
import type { BreakerPolicy } from './breaker-policy.js';
import {
  evolve,
  livePermits,
  stateAt,
  type Admit,
  type BreakerCommand,
  type BreakerDecision,
  type BreakerEvent,
  type CircuitBreaker,
  type CountSuccesses,
  type Settle,
} from './circuit-breaker.js';

/** What a command does to a breaker. Spec, section 4: failures in a row open it, trial calls close it again. */
export function decide(command: BreakerCommand, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerDecision {
  switch (command.type) {
    case 'admit':
      return decideAdmit(command, breaker, policy);
    case 'settle':
      return decideSettle(command, breaker, policy);
    case 'count_successes':
      return decideCountSuccesses(command, breaker);
    default:
      return unreachable(command);
  }
}

/** A decision and the breaker it leads to. */
export interface BreakerStep {
  readonly decision: BreakerDecision;
  readonly breaker: CircuitBreaker;
}

/** Decides and folds the events in. */
export function step(command: BreakerCommand, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerStep {
  const decision = decide(command, breaker, policy);
  return { decision, breaker: decision.type === 'accepted' ? decision.events.reduce(evolve, breaker) : breaker };
}

const accept = (...events: BreakerEvent[]): BreakerDecision => ({ type: 'accepted', events });
const refuse = (retryAfterMs: number): BreakerDecision => ({ type: 'refused', retryAfterMs });

function decideAdmit({ permitId, atMs }: Admit, breaker: CircuitBreaker, policy: BreakerPolicy): BreakerDecision {
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
  // A call let out before the last change of state says nothing about the present one.
  if (ticket && ticket.generation !== breaker.generation) return accept();
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
      return [{ type: 'successes_counted', count: 1, atMs }];
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
      return failureCount >= policy.failureThreshold ? [counted, opened(atMs, policy)] : [counted];
    }
    default:
      return unreachable(outcome);
  }
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
      return [{ type: 'failures_counted', failureCount, runStartedAtMs: atMs, atMs, cause }, opened(atMs, policy)];
    }
    default:
      return unreachable(outcome);
  }
}

const opened = (atMs: number, { cooldownMs }: BreakerPolicy): BreakerEvent => ({
  type: 'opened',
  atMs,
  openUntilMs: atMs + cooldownMs,
});

/** Successes older than the run of failures do not end it: they were merely told late. */
function decideCountSuccesses(command: CountSuccesses, breaker: CircuitBreaker): BreakerDecision {
  const { generation, count, atMs } = command;
  const lastAtMs = atMs - command.sinceLastMs;
  if (generation !== breaker.generation || breaker.state !== 'closed' || count === 0) return accept();
  if (breaker.runStartedAtMs !== undefined && lastAtMs <= breaker.runStartedAtMs) return accept();
  return accept({ type: 'successes_counted', count, atMs: lastAtMs });
}
