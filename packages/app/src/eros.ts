import type { Transaction } from '@eros/domain';
import type { EntityManager } from 'typeorm';
import type { HealthCheck } from './api.js';
import type { Captions } from './captions.js';
import type { CircuitBreakers } from './circuit-breakers.js';
import type { DataImports } from './data/data-imports.js';
import type { Followups } from './followups.js';
import type { Idempotency } from './idempotency.js';
import type { Learning } from './learning/learning.js';
import type { Reports } from './reports.js';
import type { Rotations } from './rotations.js';
import type { Sagas } from './sagas/index.js';
import type { Schedules } from './schedules/schedules.js';
import type { Volumes } from './volumes.js';

/** The engine, as an embedding service sees it. */
export interface Eros {
  /**
   * Runs work in one transaction: all of it is committed, or nothing. Engine calls inside join by passing `tx` on where they accept
   * one; others are refused with `nested_transaction`.
   *
   * @param options.isRepeatable says that the work depends on nothing but what it reads inside, so that it may be run again when
   *   another transaction of PostgreSQL got in its way. On SQLite transactions take turns, and each is run once.
   * @throws {TransactionConflictError} on PostgreSQL, when another one got in its way and it is not repeatable: run it again.
   * @throws {TransactionTimeoutError} when the work takes longer than `transactionTimeoutMs`.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: { readonly isRepeatable?: boolean }): Promise<T>;
  /**
   * A transaction that an entity manager of the borrowed PostgreSQL DataSource has open, for engine calls to join: they commit
   * and roll back with it.
   *
   * @throws {ForeignTransactionError} unless the manager is of that DataSource and has a transaction open.
   * @throws {UnsupportedDatabaseError} on SQLite, and on a pool of the engine's own: those connections are not yours.
   */
  joinTransaction(manager: EntityManager): Transaction;
  readonly captions: Pick<Captions, 'score' | 'scoreAll'>;
  readonly followups: Pick<Followups, 'plan' | 'record' | 'recordResponse' | 'cancel'>;
  readonly rotations: Pick<Rotations, 'get' | 'start' | 'pause' | 'resume' | 'rotate' | 'draw' | 'preview'>;
  readonly breakers: Pick<
    CircuitBreakers,
    | 'run'
    | 'state'
    | 'recordSuccess'
    | 'inspect'
    | 'recordFailure'
    | 'hold'
    | 'release'
    | 'reset'
    | 'health'
    | 'history'
    | 'onTransition'
  >;
  readonly idempotency: Pick<Idempotency, 'run' | 'lookup' | 'forget'>;
  readonly sagas: Pick<
    Sagas,
    'define' | 'get' | 'list' | 'unclaimed' | 'retryStep' | 'skipStep' | 'cancel' | 'rollBack' | 'revive'
  >;
  readonly volumes: Pick<Volumes, 'calculate' | 'freeze' | 'unfreeze' | 'explain'>;
  readonly schedules: Pick<
    Schedules,
    'planWeek' | 'replanWeek' | 'planFleet' | 'startFleet' | 'get' | 'setStatus' | 'due' | 'recordSend'
  >;
  readonly learning: Pick<Learning, 'measure' | 'apply' | 'status'>;
  readonly data: Pick<DataImports, 'importCreators' | 'importMessages' | 'importCaptions'>;
  readonly reports: Pick<
    Reports,
    'predictionAccuracy' | 'suboptimalFollowups' | 'missedPredictions' | 'unhealthyBreakers' | 'activeRotations'
  >;
  /** Recovers what other or killed processes left, sweeps, and begins sagas that were started inside transactions. */
  start(): Promise<void>;
  /** Whether the engine can do its work, check by check; one that is not answered within 5 s is not well. Never throws. */
  health(): Promise<{ ok: boolean; checks: HealthCheck[] }>;
  /**
   * Stops taking work, lets what is in hand end, hands leases back and closes what the engine opened. Twice is fine.
   *
   * @param options.timeoutMs how long work in hand may take before it is told to end by its signal; `Infinity` for as long as it takes.
   *   Default 5 s.
   * @throws {InvalidSettingsError} for a `timeoutMs` that is no time; nothing is closed then.
   */
  close(options?: { timeoutMs?: number }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
