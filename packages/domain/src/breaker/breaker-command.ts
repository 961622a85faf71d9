import type { BreakerEvent } from './breaker-event.js';
import type { Hold } from './holds.js';
import type { TripRule } from './trip-rules.js';

/** `neither`: an error that says nothing about the dependency, or the caller's own cancellation. */
export type CallOutcome = 'success' | 'failure' | 'neither';

/** What a call was let out with. Only a call of a half-open breaker has a permit. */
export interface Ticket {
  readonly generation: number;
  readonly permitId?: string;
}

/** What every command says. */
interface Told {
  readonly atMs: number;
  /** The process that tells. Processes without a name are one and the same. */
  readonly node?: string;
}

/** May a trial call go out? */
export interface Admit extends Told {
  readonly type: 'admit';
  /** The name of the permit, if there is one to give. */
  readonly permitId: string;
}

/** A call came back. */
export interface Settle extends Told {
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
  /** With this call the process finds by a rule of its own that the breaker should open. */
  readonly tripped?: TripRule;
  readonly cause?: string;
  /** Chance, from 0 to below 1, for the open time that may come of it. Default 0. */
  readonly random?: number;
}

/** Successes of calls through a closed breaker, told together and late. */
export interface CountSuccesses extends Told {
  readonly type: 'count_successes';
  readonly generation: number;
  readonly count: number;
  /** How long ago the last of them was. */
  readonly sinceLastMs: number;
}

/** An operator wants the breaker open, or closed, whatever the calls say. */
export interface LayHold extends Told {
  readonly type: 'hold';
  readonly as: Hold['as'];
  readonly by: string;
  readonly reason: string;
  readonly untilMs?: number;
}

/** An operator lets go: what was there before goes on. */
export interface Release extends Told {
  readonly type: 'release';
  readonly by: string;
  readonly reason: string;
}

/** An operator wants the breaker closed and all counts forgotten. Holds stay. */
export interface Reset extends Told {
  readonly type: 'reset';
  readonly by: string;
  readonly reason: string;
}

export type BreakerCommand = Admit | Settle | CountSuccesses | LayHold | Release | Reset;

export type BreakerDecision =
  | { readonly type: 'accepted'; readonly events: readonly BreakerEvent[] }
  | { readonly type: 'refused'; readonly retryAfterMs: number }
  /** An operator holds it open. */
  | { readonly type: 'held'; readonly hold: Hold }
  /** Nothing to release. */
  | { readonly type: 'not_held' }
  /** A hold that would have ended before it began: the order was too long on its way. */
  | { readonly type: 'hold_over' };

export const accept = (...events: BreakerEvent[]): BreakerDecision => ({ type: 'accepted', events });
export const refuse = (retryAfterMs: number): BreakerDecision => ({ type: 'refused', retryAfterMs });

/** What a decision does; a refusal does nothing. */
export const eventsOf = (decision: BreakerDecision): readonly BreakerEvent[] =>
  decision.type === 'accepted' ? decision.events : [];
