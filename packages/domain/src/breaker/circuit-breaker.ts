import { unreachable } from '../unreachable.js';
import type { BreakerEvent } from './breaker-event.js';
import { isOver, type Held, type Hold } from './holds.js';
import type { Vote } from './quorum.js';

export type BreakerState = 'closed' | 'open' | 'half_open';

/** The right to have one trial call out. It ends by itself, so that the permit of a killed caller comes back. */
export interface Permit {
  readonly id: string;
  readonly untilMs: number;
}

/** What a breaker knows in every state. */
export interface BreakerTally {
  /** One higher with every transition: a result of an older generation says nothing about the present one. */
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
  /** How often it has opened again since it was last closed: what a growing open time grows by. */
  readonly reopenings: number;
  /** What operators ordered; `undefined` while nobody holds it. The state is then the one that a release restores. */
  readonly held: Held | undefined;
}

export type CircuitBreaker =
  | (BreakerTally & {
      readonly state: 'closed';
      readonly runStartedAtMs: number | undefined;
      /** Processes that found it should open, where a quorum decides. */
      readonly votes: readonly Vote[];
    })
  | (BreakerTally & { readonly state: 'open'; readonly openUntilMs: number })
  | (BreakerTally & { readonly state: 'half_open'; readonly permits: readonly Permit[] });

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
  reopenings: 0,
  held: undefined,
  runStartedAtMs: undefined,
  votes: [],
});

/** Holds that have ended by themselves, though nobody has acted on it yet. */
export function endedHolds(breaker: CircuitBreaker, atMs: number): (BreakerEvent & { type: 'released' }) | undefined {
  const holds = breaker.held?.holds ?? [];
  const ended = holds.filter((hold) => isOver(hold, atMs));
  if (ended.length === 0) return undefined;
  const lastMs = Math.max(...ended.map(({ untilMs = atMs }) => untilMs));
  return { type: 'released', holds: holds.filter((hold) => !isOver(hold, atMs)), atMs: lastMs };
}

/** The breaker at an instant, without the holds that have ended until then. */
export function breakerAt(breaker: CircuitBreaker, atMs: number): CircuitBreaker {
  if (!breaker.held) return breaker;
  const ended = endedHolds(breaker, atMs);
  return ended ? evolve(breaker, ended) : breaker;
}

/** The hold that decides at an instant. */
export const holdAt = (breaker: CircuitBreaker, atMs: number): Hold | undefined =>
  breakerAt(breaker, atMs).held?.holds.at(-1);

/** The state as the last transition left it: what is stored, and what transitions lead from and to. */
export const lastState = ({ held, state }: CircuitBreaker): BreakerState => held?.holds.at(-1)?.as ?? state;

/**
 * The state at an instant. A held breaker is what its hold says. An open breaker is half-open from the end of its open
 * time, though nobody has asked yet.
 */
export function stateAt(breaker: CircuitBreaker, atMs: number): BreakerState {
  const present = breakerAt(breaker, atMs);
  if (present.held) return lastState(present);
  return present.state === 'open' && atMs >= present.openUntilMs ? 'half_open' : present.state;
}

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
    case 'voted': {
      if (breaker.state !== 'closed') throw new Error(`bug: a vote for a breaker that is ${breaker.state}`);
      return { ...breaker, votes: event.votes };
    }
    case 'permit_granted': {
      if (breaker.state !== 'half_open') throw new Error(`bug: a permit granted by a breaker that is ${breaker.state}`);
      return { ...breaker, permits: [...livePermits(breaker, event.atMs), event.permit] };
    }
    case 'permit_returned': {
      if (breaker.state !== 'half_open')
        throw new Error(`bug: a permit returned to a breaker that is ${breaker.state}`);
      return { ...breaker, permits: breaker.permits.filter(({ id }) => id !== event.permitId) };
    }
    case 'opened': {
      const { openUntilMs, reopenings, atMs } = event;
      return { ...nextTally(breaker, atMs), state: 'open', openUntilMs, reopenings };
    }
    case 'half_opened':
      return { ...nextTally(breaker, event.atMs), state: 'half_open', successCount: 0, permits: [] };
    case 'closed':
      return { ...nextTally(breaker, event.atMs), ...NOTHING_COUNTED };
    case 'reset':
      return { ...nextTally(breaker, event.atMs), ...NOTHING_COUNTED, successCount: 0 };
    case 'held':
      return withHolds(breaker, event.holds, event.atMs);
    case 'released':
      return event.holds.length > 0
        ? withHolds(breaker, event.holds, event.atMs)
        : { ...goingOn(breaker, event.atMs), ...nextTally(breaker, event.atMs), held: undefined };
    default:
      return unreachable(event);
  }
}

/** A closed breaker begins anew: what was counted before, and how often it had opened, is over. */
const NOTHING_COUNTED = {
  state: 'closed',
  failureCount: 0,
  reopenings: 0,
  runStartedAtMs: undefined,
  votes: [],
} as const;

function withSuccesses(breaker: CircuitBreaker, count: number, atMs: number): CircuitBreaker {
  const lastSuccessAtMs = Math.max(atMs, breaker.lastSuccessAtMs ?? -Infinity);
  const succeeded = { ...breaker, failureCount: 0, successCount: breaker.successCount + count, lastSuccessAtMs };
  return succeeded.state === 'closed' ? { ...succeeded, runStartedAtMs: undefined } : succeeded;
}

const withHolds = (breaker: CircuitBreaker, holds: readonly Hold[], atMs: number): CircuitBreaker => ({
  ...breaker,
  ...nextTally(breaker, atMs),
  held: { sinceMs: breaker.held?.sinceMs ?? atMs, holds },
});

/** After the last hold an open breaker has as much of its open time left as it had before the first. */
function goingOn(breaker: CircuitBreaker, atMs: number): CircuitBreaker {
  if (breaker.state !== 'open') return breaker;
  const stoodStillMs = atMs - (breaker.held?.sinceMs ?? atMs);
  return { ...breaker, openUntilMs: breaker.openUntilMs + stoodStillMs };
}

function nextTally(breaker: CircuitBreaker, atMs: number): BreakerTally {
  const { generation, failureCount, successCount, lastFailureAtMs, lastSuccessAtMs, lastFailure, reopenings, held } =
    breaker;
  return {
    generation: generation + 1,
    failureCount,
    successCount,
    sinceMs: atMs,
    lastFailureAtMs,
    lastSuccessAtMs,
    lastFailure,
    reopenings,
    held,
  };
}
