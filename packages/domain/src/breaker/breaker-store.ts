import type { Transaction } from '../storage/index.js';
import type { BreakerHealth, RecentCalls } from './breaker-health.js';
import type { BreakerPolicy } from './breaker-policy.js';
import type { BreakerCommand } from './breaker-command.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { BreakerStep } from './decide.js';
import type { UnreadableBreakerError } from './errors.js';
import type { BreakerTransition } from './transition.js';

type WithoutTime<Command> = Command extends unknown ? Omit<Command, 'atMs'> : never;

/** A command as a process gives it: the time is the database's. */
export type UntimedBreakerCommand = WithoutTime<BreakerCommand>;

/** What was stored, and the database's time at which it was read. */
export interface BreakerReading {
  /** `undefined`: nothing has been told of it yet, which is a closed breaker of generation 1. */
  readonly breaker: CircuitBreaker | undefined;
  readonly atMs: number;
}

/** Every stored breaker by name. */
export interface BreakerReadings {
  readonly breakers: ReadonlyMap<string, CircuitBreaker>;
  /** Rows that are none of ours: one of them must not hide the others. */
  readonly unreadable: readonly UnreadableBreakerError[];
  readonly atMs: number;
}

/** The health of stored breakers. */
export interface ReadableBreakers {
  /** By name. */
  readonly breakers: readonly BreakerHealth[];
  /** Rows that are none of ours. */
  readonly unreadable: readonly UnreadableBreakerError[];
}

/** Calls that one process let through since its last flush. */
export interface FlushedCalls extends RecentCalls {
  /**
   * Successes through the closed breaker of `generation` that may end a run of failures; absent when the process has
   * failed since, for the failure has told of them.
   */
  readonly closed?: { readonly generation: number; readonly count: number; readonly sinceLastMs: number };
}

/** What a store decided, and when. */
export interface BreakerAnswer extends BreakerStep {
  readonly atMs: number;
  /** What went into the history. */
  readonly transitions: readonly BreakerTransition[];
}

export interface HistoryQuery {
  /** Only those after this generation. Default: all. */
  readonly afterGeneration?: number;
  /** The latest so many. Default 100. */
  readonly limit?: number;
}

/**
 * Keeps breakers between calls and between processes. Decides on the database's clock, one command after another. Without
 * `tx`, a write is a transaction of its own, also inside a caller's transaction, behind which it queues: there the caller
 * must not await it. What is promised here is tested by `breakerStoreContract`.
 *
 * Every method but `readAll`, `list`, `listReadable` and `history` throws {UnreadableBreakerError} on a row that is none of ours, and writes nothing then.
 */
export interface BreakerStore {
  read(name: string, tx?: Transaction): Promise<BreakerReading>;
  readAll(tx?: Transaction): Promise<BreakerReadings>;
  /**
   * Decides and writes what came of it, with one entry of the history for each transition: all of it, or nothing. A
   * decision without events writes nothing. Transitions are told as a change of `BREAKERS_CHANGED`.
   */
  dispatch(
    name: string,
    command: UntimedBreakerCommand,
    policy: BreakerPolicy,
    tx?: Transaction,
  ): Promise<BreakerAnswer>;
  /** Adds to the totals of recent calls and counts the successes. Totals older than an hour are dropped. */
  flushCalls(name: string, calls: FlushedCalls, policy: BreakerPolicy, tx?: Transaction): Promise<BreakerReading>;
  /** The latest transitions of a breaker, in their order. The last thousand are kept. */
  history(name: string, query?: HistoryQuery, tx?: Transaction): Promise<BreakerTransition[]>;
  /** The health of every stored breaker, by name; one that cannot be read is `unreadable`, and hides no other. */
  list(tx?: Transaction): Promise<BreakerHealth[]>;
  /** The same of those that can be read, and beside it why the others cannot. */
  listReadable(tx?: Transaction): Promise<ReadableBreakers>;
}

/** Totals of recent calls are kept in slices of this length. */
export const CALL_SLICE_MS = 10_000;
/** Totals are kept this long. */
export const CALL_SLICES_KEPT_MS = 3_600_000;
/** The topic under which a store tells of transitions, to all processes, when they are committed. */
export const BREAKERS_CHANGED = 'breakers';
/** So many transitions of a breaker are kept. */
export const TRANSITIONS_KEPT = 1_000;
/** So many of them are given where nothing else is asked for. */
export const TRANSITIONS_GIVEN = 100;
