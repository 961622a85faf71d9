import type { CircuitBreaker, Hold, UntimedBreakerCommand } from '@eros/domain';

/** A commit that changed a breaker, as those who look on see it. */
export interface BreakerChange {
  readonly name: string;
  readonly before: CircuitBreaker | undefined;
  readonly breaker: CircuitBreaker;
  /** What the process asked for whose commit it was. */
  readonly command: UntimedBreakerCommand | undefined;
  readonly node: string;
  /** By the database's clock. */
  readonly nowMs: number;
}

/** Breaks a rule unless it holds. The facts of the change are told with it. */
export type Demand = (holds: boolean, invariant: string) => void;

const isInForce = ({ untilMs }: Hold, nowMs: number): boolean => untilMs === undefined || untilMs > nowMs;

/** The holds that have not ended, in the order in which they were laid. */
export const holdsInForce = (breaker: CircuitBreaker | undefined, nowMs: number): readonly Hold[] =>
  breaker?.held?.holds.filter((hold) => isInForce(hold, nowMs)) ?? [];

/** Whether a hold has ended by its time, and nobody has acted on it yet. */
export const hasEndedHold = (breaker: CircuitBreaker | undefined, nowMs: number): boolean =>
  breaker?.held?.holds.some((hold) => !isInForce(hold, nowMs)) ?? false;

/** Until when an open breaker refuses, once nobody holds it: time has stood still under holds. */
export function openUntilMs(breaker: CircuitBreaker & { state: 'open' }, nowMs: number): number {
  const { held, openUntilMs: untilMs } = breaker;
  if (!held) return untilMs;
  const ends = held.holds.map((hold) => (isInForce(hold, nowMs) ? nowMs : (hold.untilMs ?? nowMs)));
  return untilMs + Math.max(...ends) - held.sinceMs;
}

/** Whether a breaker is what it was, but for its holds and what they move in time. */
export const isSame = (one: CircuitBreaker, other: CircuitBreaker): boolean => underneath(one) === underneath(other);

function underneath(breaker: CircuitBreaker): string {
  const { state, failureCount, successCount, reopenings } = breaker;
  const permits = breaker.state === 'half_open' ? breaker.permits : [];
  const votes = breaker.state === 'closed' ? breaker.votes : [];
  return JSON.stringify({ state, failureCount, successCount, reopenings, permits, votes });
}
