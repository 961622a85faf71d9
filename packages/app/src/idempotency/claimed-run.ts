import {
  resultJson,
  SecondTransactionError,
  StaleClaimError,
  storedErrorOf,
  TransactionClosedError,
  TransactionConflictError,
  type IdempotencyRequest,
  type Transaction,
} from '@eros/domain';
import { withSignal } from '../lazy-signal.js';
import { HeardPromise } from './heard-promise.js';
import { Lease, type Claim, type LeasePorts } from './lease.js';

/** Opens transactions with a time limit. */
export interface Transactions {
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: { timeoutMs?: number }): Promise<T>;
}

/** What the work of an idempotent run is handed. */
export interface IdempotentContext<T> {
  /** The run's key within its operation: pass it on to services that know idempotency keys. */
  readonly key: string;
  /**
   * A fencing number, higher than that of every earlier run of the key. Whoever keeps the highest number seen and
   * refuses lower ones is safe from a late run.
   */
  readonly fence: number;
  /**
   * Aborted when the claim was lost to another caller, or may have been; and when the engine closes and the work takes longer than
   * `close` waits for.
   */
  readonly signal: AbortSignal;
  /**
   * Opens one short transaction and commits together what `write` does and what it returns, which is the run's result:
   * exactly once. At most one call, and the last thing the work does; the engine's calls inside `write` need its `tx`. A failure that
   * the work does not wait for fails the run.
   *
   * @throws {StaleClaimError} when the claim was lost; everything is rolled back.
   * @throws {InvalidResultError} when the result is not JSON or over 1 MB; everything is rolled back.
   * @throws {SecondTransactionError} when called again.
   * @throws {TransactionTimeoutError} when it takes too long; everything is rolled back.
   */
  transaction(write: (tx: Transaction) => Promise<T>): Promise<T>;
}

export type IdempotentWork<T> = (context: IdempotentContext<T>) => Promise<T>;

export interface ClaimedRunPorts extends LeasePorts {
  readonly database: Transactions;
  readonly transactionTimeoutMs: number;
}

/** One run that holds the claim: does the work, keeps the claim alive meanwhile, and saves how it ended. */
export class ClaimedRun<T> {
  private readonly lease: Lease;
  private isOver = false;
  private opened: HeardPromise<T> | undefined;
  private isTransactionOpen = false;
  /** The result that `ctx.transaction` has committed. */
  private committedJson: string | undefined;

  constructor(
    private readonly claim: Claim,
    private readonly ports: ClaimedRunPorts,
    private readonly isTerminal: (error: unknown) => boolean,
  ) {
    this.lease = new Lease(claim, ports);
  }

  /** Asks the work to stop. */
  abort(): void {
    this.lease.abort();
  }

  /** Lets the claim end with its lease: the work has not stopped when asked to, and nothing can be saved any more. */
  letGo(): void {
    this.lease.letGo();
  }

  /**
   * @returns the JSON of the result, as stored.
   * @throws {StaleClaimError} also when the claim may have been lost before the work began, which is then not begun.
   */
  async run(work: IdempotentWork<T>): Promise<string> {
    if (!this.lease.start() && !(await this.lease.startRenewed())) throw this.lease.lost();
    try {
      const json = await this.resultOf(work);
      if (this.committedJson === undefined) await this.end({ type: 'complete', json, ...this.ending() });
      return json;
    } finally {
      this.lease.stop();
    }
  }

  /** Of the work, and of its transaction in case the work did not wait for it. */
  private async resultOf(work: IdempotentWork<T>): Promise<string> {
    try {
      const returned = await work(this.context());
      this.workEnded();
      // A failure of which the work knows is the work's to judge; of one that it never asked for nobody would be told.
      if (this.opened && (this.isTransactionOpen || !this.opened.isHeard)) await this.opened;
      return this.committedJson ?? resultJson(this.claim.id.operation, returned);
    } catch (error) {
      this.workEnded();
      if (this.isTransactionOpen) await this.opened?.catch(() => undefined); // the work's own error is the one to tell
      // What was committed stands, and is what later callers get; the error is this caller's.
      if (this.committedJson === undefined) await this.settleFailure(error);
      throw error;
    }
  }

  private workEnded(): void {
    this.isOver = true;
    this.lease.workEnded();
  }

  private context(): IdempotentContext<T> {
    const { id, epoch: fence } = this.claim;
    // Not async: the promise that the work may forget about is the very one that is looked at above.
    const transaction: IdempotentContext<T>['transaction'] = (write) => {
      if (this.isOver) return Promise.reject(new TransactionClosedError());
      if (this.opened) return Promise.reject(new SecondTransactionError(id.operation));
      this.isTransactionOpen = true;
      this.opened = HeardPromise.of(this.commit(write));
      return this.opened;
    };
    return withSignal({ key: id.key, fence, transaction }, this.lease);
  }

  private async commit(write: (tx: Transaction) => Promise<T>): Promise<T> {
    const { database, transactionTimeoutMs: timeoutMs } = this.ports;
    let json = '';
    try {
      const value = await database.transaction(
        async (tx) => {
          this.lease.putOff();
          const written = await write(tx);
          json = resultJson(this.claim.id.operation, written);
          // From here on a renewal would find the claim ended by ourselves, and take it for lost.
          this.lease.stop();
          await this.end({ type: 'complete', json, ...this.ending() }, tx);
          return written;
        },
        { timeoutMs },
      );
      this.committedJson = json;
      return value;
    } catch (thrown) {
      const error = await this.lossBehind(thrown);
      if (this.isOwnLoss(error)) this.lease.lose(error);
      else this.lease.resume();
      throw error;
    } finally {
      this.isTransactionOpen = false;
    }
  }

  /**
   * Stores a terminal error, lets go of the claim after any other. A rule that throws is no answer: both errors are
   * told.
   */
  private async settleFailure(error: unknown): Promise<void> {
    let isTerminal = false;
    let ruleFailure: AggregateError | undefined;
    try {
      isTerminal = this.isTerminal(error);
    } catch (cause) {
      ruleFailure = new AggregateError([error, cause], 'an operation failed, and so did its isTerminal', { cause });
    }
    try {
      if (isTerminal) await this.end({ type: 'fail', error: storedErrorOf(error), ...this.ending() }, undefined, error);
      else await this.ports.store.dispatch(this.claim.id, { type: 'release', ...this.holder() });
    } catch (failure) {
      if (this.isOwnLoss(failure)) throw failure;
      // The caller is told the work's own error; the claim ends with its lease.
      this.ports.logger.error({ ...this.claim.id, error: failure }, 'could not save the failure of an operation');
    }
    if (ruleFailure) throw ruleFailure;
  }

  /** Whoever takes the claim over on PostgreSQL gets in the way of the transaction that is to end it. */
  private async lossBehind(error: unknown): Promise<unknown> {
    if (!(error instanceof TransactionConflictError) || !(await this.lease.isTaken())) return error;
    return this.lease.lost({ cause: error });
  }

  /** Saves the end. Without `tx` it may have to wait, for longer than a lease: the claim is kept alive meanwhile. */
  private end(request: IdempotencyRequest, tx?: Transaction, cause?: unknown): Promise<void> {
    return this.ports.store.dispatch(this.claim.id, request, tx).then(({ type }) => {
      if (type === 'accepted') return;
      if (this.isOwnLoss(cause)) throw cause;
      throw this.lease.lost(cause === undefined ? undefined : { cause });
    });
  }

  private isOwnLoss(error: unknown): boolean {
    const { id, epoch } = this.claim;
    if (!(error instanceof StaleClaimError)) return false;
    return error.fence === epoch && error.operation === id.operation && error.key === id.key;
  }

  private holder(): { owner: string; epoch: number } {
    const { owner, epoch } = this.claim;
    return { owner, epoch };
  }

  private ending(): { owner: string; epoch: number; ttlMs: number } {
    const { owner, epoch, ttlMs } = this.claim;
    return { owner, epoch, ttlMs };
  }
}
