import type { Transaction } from '../storage/index.js';
import type { IdempotencyCommand, IdempotencyDecision } from './idempotency.js';
import type { IdempotencyRecord } from './idempotency-record.js';
import type { OperationKey } from './operation.js';

type WithoutTime<Command> = Command extends unknown ? Omit<Command, 'atMs'> : never;

/** A command to a store, which adds the time by the database's clock. */
export type IdempotencyRequest = WithoutTime<IdempotencyCommand>;

/**
 * Keeps what is known of each key, for all processes. What is promised here is tested by `idempotencyStoreContract`.
 */
export interface IdempotencyStore {
  /**
   * Decides by the database's clock and writes what was decided, as one: of callers that overlap, each sees what the
   * one before it wrote. Inside `tx` it commits and rolls back with it; without one it has committed when the promise
   * resolves. A renewal without `tx` is allowed inside a caller's transaction and queues behind it.
   */
  dispatch(id: OperationKey, request: IdempotencyRequest, tx?: Transaction): Promise<IdempotencyDecision>;

  /** What stands under the key now; `undefined` when the next caller would run. */
  lookup(id: OperationKey, tx?: Transaction): Promise<IdempotencyRecord | undefined>;

  /** Frees the key. False when there was nothing, or a live claim, which stays. */
  forget(id: OperationKey, tx?: Transaction): Promise<boolean>;

  /**
   * Deletes rows that have expired, never a live claim.
   *
   * @param limit the most rows to delete in one call; default 500.
   * @returns how many it deleted. Call again while that is `limit`.
   */
  sweep(limit?: number, tx?: Transaction): Promise<number>;
}
