import { unreachable } from '../unreachable.js';

export type BreakerState = 'closed' | 'open' | 'half_open';

/** The right to have one trial call out. It ends by itself, so that the permit of a killed caller comes back. */
export interface Permit {
  readonly id: string;
  readonly untilMs: number;
}

/** What a breaker knows in every state. */
export interface BreakerTally {
  /** One higher with every change of state: a result of an older generation says nothing about the present one. */
  readonly generation: number;
  /** Failures since the last success. */
  readonly failureCount: number;
  /** Successes since the last failure. */
  readonly successCount: number;
  /** When the last change of state was; at first, when the breaker was made. */
  readonly sinceMs: number;
  readonly lastFailureAtMs: number | undefined;
  readonly lastSuccessAtMs: number | undefined;
  /** What the last failure said of itself, if it did. */
  readonly lastFailure: string | undefined;
}

export type CircuitBreaker =
  | (BreakerTally & { readonly state: 'closed'; readonly runStartedAtMs: number | undefined })
  | (BreakerTally & { readonly state: 'open'; readonly openUntilMs: number })
  | (BreakerTally & { readonly state: 'half_open'; readonly permits: readonly Permit[] });

/** `neither`: an error that says nothing about the dependency, or the caller's own cancellation. */
export type CallOutcome = 'success' | 'failure' | 'neither';

/** What a call was let out with. Only a call of a half-open breaker has a permit. */
export interface Ticket {
  readonly generation: number;
  readonly permitId?: string;
}

/** May a trial call go out? */
export interface Admit {
  readonly type: 'admit';
  /** The name of the permit, if there is one to give. */
  readonly permitId: string;
  readonly atMs: number;
}

/** A call came back. */
export interface Settle {
  readonly type: 'settle';
  readonly outcome: CallOutcome;
  /** Absent: the outcome was reported without a call of ours and counts for the present generation. */
  readonly ticket?: Ticket;
  /** How many failures in a row this reports. Above 1 after a time in which the reporter could not reach the store. Default 1. */
  readonly failures?: number;
  /**
   * How long ago the reporting process last succeeded, if it has not told yet: a duration, since its clock may be wrong.
   */
  readonly sinceOwnSuccessMs?: number;
  readonly cause?: string;
  readonly atMs: number;
}

/** Successes of calls through a closed breaker, told together and late. */
export interface CountSuccesses {
  readonly type: 'count_successes';
  readonly generation: number;
  readonly count: number;
  /** How long ago the last of them was. */
  readonly sinceLastMs: number;
  readonly atMs: number;
}

export type BreakerCommand = Admit | Settle | CountSuccesses;

export type BreakerEvent =
  | { readonly type: 'successes_counted'; readonly count: number; readonly atMs: number }
  | {
      readonly type: 'failures_counted';
      readonly failureCount: number;
      readonly runStartedAtMs: number;
      readonly atMs: number;
      readonly cause: string | undefined;
    }
  | { readonly type: 'opened'; readonly atMs: number; readonly openUntilMs: number }
  | { readonly type: 'half_opened'; readonly atMs: number }
  | { readonly type: 'permit_granted'; readonly permit: Permit; readonly atMs: number }
  | { readonly type: 'permit_returned'; readonly permitId: string }
  | { readonly type: 'closed'; readonly atMs: number };

export type BreakerDecision =
  | { readonly type: 'accepted'; readonly events: readonly BreakerEvent[] }
  | { readonly type: 'refused'; readonly retryAfterMs: number };

/** A breaker that has seen nothing yet. */
export const newCircuitBreaker = (atMs: number): CircuitBreaker => ({
  state: 'closed',
  generation: 1,
  failureCount: 0,
  successCount: 0,
  sinceMs: atMs,
  lastFailureAtMs: undefined,
  lastSuccessAtMs: undefined,
  lastFailure: undefined,
  runStartedAtMs: undefined,
});

/** The state at an instant. An open breaker is half-open from the end of its open time, though nobody has asked yet. */
export const stateAt = (breaker: CircuitBreaker, atMs: number): BreakerState =>
  breaker.state === 'open' && atMs >= breaker.openUntilMs ? 'half_open' : breaker.state;

/** The permits of trial calls that are still out. */
export const livePermits = (breaker: CircuitBreaker, atMs: number): readonly Permit[] =>
  breaker.state === 'half_open' ? breaker.permits.filter(({ untilMs }) => untilMs > atMs) : [];

/** The breaker after an event. */
export function evolve(breaker: CircuitBreaker, event: BreakerEvent): CircuitBreaker {
  switch (event.type) {
    case 'successes_counted':
      return withSuccesses(breaker, event.count, event.atMs);
    case 'failures_counted': {
      const { failureCount, atMs, cause } = event;
      const failed = { ...breaker, failureCount, successCount: 0, lastFailureAtMs: atMs, lastFailure: cause };
      return failed.state === 'closed' ? { ...failed, runStartedAtMs: event.runStartedAtMs } : failed;
    }
    case 'opened':
      return { ...nextTally(breaker, event.atMs), state: 'open', openUntilMs: event.openUntilMs };
    case 'half_opened':
      return { ...nextTally(breaker, event.atMs), state: 'half_open', successCount: 0, permits: [] };
    case 'permit_granted': {
      if (breaker.state !== 'half_open') throw new Error(`bug: a permit granted by a breaker that is ${breaker.state}`);
      return { ...breaker, permits: [...livePermits(breaker, event.atMs), event.permit] };
    }
    case 'permit_returned': {
      if (breaker.state !== 'half_open')
        throw new Error(`bug: a permit returned to a breaker that is ${breaker.state}`);
      return { ...breaker, permits: breaker.permits.filter(({ id }) => id !== event.permitId) };
    }
    case 'closed':
      return { ...nextTally(breaker, event.atMs), state: 'closed', failureCount: 0, runStartedAtMs: undefined };
    default:
      return unreachable(event);
  }
}

function withSuccesses(breaker: CircuitBreaker, count: number, atMs: number): CircuitBreaker {
  const lastSuccessAtMs = Math.max(atMs, breaker.lastSuccessAtMs ?? -Infinity);
  const succeeded = { ...breaker, failureCount: 0, successCount: breaker.successCount + count, lastSuccessAtMs };
  return succeeded.state === 'closed' ? { ...succeeded, runStartedAtMs: undefined } : succeeded;
}

function nextTally(breaker: CircuitBreaker, atMs: number): BreakerTally {
  const { generation, failureCount, successCount, lastFailureAtMs, lastSuccessAtMs, lastFailure } = breaker;
  return {
    generation: generation + 1,
    failureCount,
    successCount,
    sinceMs: atMs,
    lastFailureAtMs,
    lastSuccessAtMs,
    lastFailure,
  };
}
