import type { BreakerState, CircuitBreaker } from './circuit-breaker.js';
import { breakerAt, lastState, livePermits } from './circuit-breaker.js';
import type { UnreadableBreakerError } from './errors.js';
import type { Hold } from './holds.js';

/** How many calls of a breaker came back lately, over all processes. */
export interface RecentCalls {
  readonly successes: number;
  readonly failures: number;
}

/** How far back "recent" reaches. Source: spec, section 11. */
export const RECENT_MS = 5 * 60_000;

/** The rows of `v_circuit_breaker_health`, and more. */
export interface BreakerHealth {
  readonly name: string;
  /**
   * As the last transition left it. A held breaker is what its hold says. `unreadable`: its row is none of ours, as `problem`
   * tells; nothing else is known of it then, so that counts are 0 and instants undefined.
   */
  readonly state: BreakerState | 'unreadable';
  /** What is wrong with its row, and what to do; `undefined` for one that can be read. */
  readonly problem: string | undefined;
  /** Failures since the last success. */
  readonly failureCount: number;
  /** Successes since the last failure. */
  readonly successCount: number;
  /** As documented; since both counts are of outcomes in a row, it is 0 right after a failure, else 100. See `recentSuccessRatePct`. */
  readonly successRatePct: number;
  readonly lastFailureAtMs: number | undefined;
  readonly lastSuccessAtMs: number | undefined;
  /** Whole minutes since the last change of state. */
  readonly minutesInState: number;
  /** Calls that came back in the last 5 minutes, as told by the processes until now. */
  readonly recentCalls: number;
  /** The share of those that succeeded; `undefined` when there were none. */
  readonly recentSuccessRatePct: number | undefined;
  readonly generation: number;
  /** When an open breaker lets trial calls out; `undefined` while it is held. */
  readonly openUntilMs: number | undefined;
  /** How often it has opened again since it was last closed. */
  readonly reopenings: number;
  /** What operators ordered and has not ended; the last one decides. */
  readonly holds: readonly Hold[];
  /** Trial calls that are out now. */
  readonly permitsOut: number;
  readonly lastFailure: string | undefined;
}

export function breakerHealth(name: string, stored: CircuitBreaker, recent: RecentCalls, atMs: number): BreakerHealth {
  const breaker = breakerAt(stored, atMs);
  const { failureCount, successCount, lastFailureAtMs, lastSuccessAtMs, generation, lastFailure, reopenings } = breaker;
  return {
    name,
    state: lastState(breaker),
    problem: undefined,
    failureCount,
    successCount,
    successRatePct: ratePct(successCount, failureCount) ?? 100,
    lastFailureAtMs,
    lastSuccessAtMs,
    minutesInState: Math.trunc((atMs - breaker.sinceMs) / 60_000),
    recentCalls: recent.successes + recent.failures,
    recentSuccessRatePct: ratePct(recent.successes, recent.failures),
    generation,
    openUntilMs: breaker.state === 'open' && !breaker.held ? breaker.openUntilMs : undefined,
    reopenings,
    holds: breaker.held?.holds ?? [],
    permitsOut: livePermits(breaker, atMs).length,
    lastFailure,
  };
}

/** What is told of a breaker whose row is none of ours. */
export const unreadableHealth = ({ breaker, message }: UnreadableBreakerError): BreakerHealth => ({
  name: breaker,
  state: 'unreadable',
  problem: message,
  failureCount: 0,
  successCount: 0,
  successRatePct: 0,
  lastFailureAtMs: undefined,
  lastSuccessAtMs: undefined,
  minutesInState: 0,
  recentCalls: 0,
  recentSuccessRatePct: undefined,
  generation: 0,
  openUntilMs: undefined,
  reopenings: 0,
  holds: [],
  permitsOut: 0,
  lastFailure: undefined,
});

const ratePct = (successes: number, failures: number): number | undefined =>
  successes + failures === 0 ? undefined : Math.round((successes / (successes + failures)) * 10_000) / 100;

/**
 * Whether a breaker wants an operator's eye: unreadable, or open, or half-open for over 30 minutes, or under 80 % success lately
 * with at least 20 calls to judge by. Source: the schema reference's health query; the 20 calls from the spec, section 11.
 */
export const isUnhealthyBreaker = (health: BreakerHealth): boolean =>
  health.state === 'unreadable' ||
  health.state === 'open' ||
  (health.state === 'half_open' && health.minutesInState > 30) ||
  (health.recentCalls >= 20 && health.recentSuccessRatePct !== undefined && health.recentSuccessRatePct < 80);
