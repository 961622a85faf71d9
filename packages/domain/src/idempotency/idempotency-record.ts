import { unreachable } from '../unreachable.js';
import type { IdempotencyState } from './idempotency.js';
import type { OperationKey } from './operation.js';
import type { StoredError } from './stored-error.js';

/** What a look-up shows of a key. Instants are of the database's clock, in ms since 1970 UTC. */
export type IdempotencyRecord = OperationKey &
  (
    | {
        readonly status: 'running';
        readonly owner: string;
        readonly fence: number;
        readonly sinceMs: number;
        readonly leaseUntilMs: number;
        /** False when the lease is over: the owner is gone, the next caller takes over. */
        readonly isLive: boolean;
      }
    | {
        readonly status: 'completed';
        readonly fence: number;
        readonly value: unknown;
        readonly executedAtMs: number;
        readonly expiresAtMs: number;
      }
    | {
        readonly status: 'failed';
        readonly fence: number;
        readonly error: StoredError;
        readonly executedAtMs: number;
        readonly expiresAtMs: number;
      }
  );

/** What stands under a key at an instant, or `undefined` when the next caller would simply run. */
export function recordAt(id: OperationKey, known: IdempotencyState, atMs: number): IdempotencyRecord | undefined {
  const { operation, key } = id;
  switch (known.status) {
    case 'none':
    case 'released':
      return undefined;
    case 'running': {
      const { owner, epoch: fence, claimedAtMs: sinceMs, leaseUntilMs, expiresAtMs } = known;
      if (atMs >= expiresAtMs) return undefined;
      return { operation, key, status: 'running', owner, fence, sinceMs, leaseUntilMs, isLive: atMs < leaseUntilMs };
    }
    case 'done': {
      const { epoch: fence, outcome, doneAtMs: executedAtMs, expiresAtMs } = known;
      if (atMs >= expiresAtMs) return undefined;
      if (outcome.type === 'error') {
        return { operation, key, status: 'failed', fence, error: outcome.error, executedAtMs, expiresAtMs };
      }
      const value: unknown = JSON.parse(outcome.json);
      return { operation, key, status: 'completed', fence, value, executedAtMs, expiresAtMs };
    }
    default:
      return unreachable(known);
  }
}
