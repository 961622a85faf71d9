import { callWindow, type CallTally, type CallWindow, type WindowLength } from './call-window.js';

/** A rule on the share of bad calls among the calls that one process has seen lately. */
export interface RateRule {
  /** Opens at this share of bad calls, and above it. Above 0, at most 1. */
  readonly threshold: number;
  /** How far back the process looks: over its last calls, or over a time. */
  readonly over: WindowLength;
  /** With fewer calls than these nothing is judged. Whole, from 1. Default 20, or all of a shorter window of calls. */
  readonly minimumCalls?: number;
}

export interface SlowCallRule extends RateRule {
  /** A call that takes this long or longer is slow, whatever comes of it. 1 ms to 1 hour. */
  readonly slowMs: number;
}

/** Why a process finds that the breaker should open. */
export type TripRule = 'failures_in_a_row' | 'failure_rate' | 'slow_calls';

const DEFAULT_MINIMUM_CALLS = 20;

export const minimumCallsOf = ({ minimumCalls, over }: RateRule): number =>
  minimumCalls ?? ('calls' in over ? Math.min(DEFAULT_MINIMUM_CALLS, over.calls) : DEFAULT_MINIMUM_CALLS);

/** The shares are compared as they are written: 3 of 30 are 0.1, while 0.1 * 30 would be a little more than 3. */
export const isTripped = (rule: RateRule, { calls, bad }: CallTally): boolean =>
  calls >= minimumCallsOf(rule) && bad / calls >= rule.threshold;

/** A call that came back as success or failure. */
export interface SeenCall {
  readonly isFailure: boolean;
  readonly durationMs: number;
  readonly atMs: number;
}

/** What one process has seen lately of calls through a closed breaker, as far as the rate rules ask for it. */
export class TripWindows {
  private readonly failures: CallWindow | undefined;
  private readonly slow: CallWindow | undefined;

  constructor(private readonly rules: { readonly failureRate?: RateRule; readonly slowCalls?: SlowCallRule }) {
    this.failures = rules.failureRate && callWindow(rules.failureRate.over);
    this.slow = rules.slowCalls && callWindow(rules.slowCalls.over);
  }

  /** Takes a call in, and says which rule it trips, if one. */
  add({ isFailure, durationMs, atMs }: SeenCall): TripRule | undefined {
    const { failureRate, slowCalls } = this.rules;
    this.failures?.add(isFailure, atMs);
    this.slow?.add(slowCalls !== undefined && durationMs >= slowCalls.slowMs, atMs);
    if (failureRate && this.failures && isTripped(failureRate, this.failures.tally(atMs))) return 'failure_rate';
    if (slowCalls && this.slow && isTripped(slowCalls, this.slow.tally(atMs))) return 'slow_calls';
    return undefined;
  }
}
