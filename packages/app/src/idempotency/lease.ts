import { StaleClaimError, type IdempotencyStore, type Logger, type OperationKey } from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import { LeaseCountdown } from '../lease-countdown.js';

/** A claim on an operation that this process was granted. */
export interface Claim {
  readonly id: OperationKey;
  readonly owner: string;
  readonly epoch: number;
  readonly leaseMs: number;
  readonly ttlMs: number;
  /** Begun when the claim was sent. */
  readonly countdown: LeaseCountdown;
}

export interface LeasePorts {
  readonly store: IdempotencyStore;
  readonly schedule: Schedule;
  readonly logger: Logger;
}

/**
 * Keeps a claim alive: renews it every third of its lease. The signal is aborted when another caller has the claim,
 * or when no renewal has come through for a whole lease, since another caller may have it then.
 */
export class Lease {
  private controller: AbortController | undefined;
  /** Counts starts and stops: the answer to a renewal of an earlier stretch says nothing any more. */
  private stretch = 0;
  private cancelRenewal: (() => void) | undefined;
  private cancelEnd: (() => void) | undefined;

  constructor(
    private readonly claim: Claim,
    private readonly ports: LeasePorts,
  ) {}

  /** Made when it is asked for: most works ask for none. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  start(): void {
    this.stop();
    this.planRenewal();
    this.cancelEnd = this.claim.countdown.whenOver(() => this.abort(this.lost()));
  }

  /** Starts again after a stop, with a renewal at once: the last one may be a while ago. */
  resume(): void {
    this.stop();
    this.cancelEnd = this.endAfterLease();
    void this.renew();
  }

  stop(): void {
    this.stretch += 1;
    this.cancelRenewal?.();
    this.cancelEnd?.();
  }

  /** Ends the lease and aborts the signal. Only the first reason counts. */
  abort(reason?: unknown): void {
    this.stop();
    this.controller ??= new AbortController();
    this.controller.abort(reason);
  }

  private planRenewal(): void {
    this.cancelRenewal = this.ports.schedule(() => void this.renew(), this.claim.leaseMs / 3);
  }

  private endAfterLease(): () => void {
    const countdown = new LeaseCountdown(this.claim.leaseMs, this.ports.schedule);
    return countdown.whenOver(() => this.abort(this.lost()));
  }

  private async renew(): Promise<void> {
    const { stretch } = this;
    const { id, owner, epoch, leaseMs, ttlMs } = this.claim;
    const cancelNewEnd = this.endAfterLease();
    const isOver = () => stretch !== this.stretch;
    try {
      const { type } = await this.ports.store.dispatch(id, { type: 'renew', owner, epoch, leaseMs, ttlMs });
      if (isOver()) return cancelNewEnd();
      if (type !== 'accepted') {
        cancelNewEnd();
        return this.abort(this.lost());
      }
      this.cancelEnd?.();
      this.cancelEnd = cancelNewEnd;
    } catch (error) {
      cancelNewEnd();
      if (isOver()) return;
      this.ports.logger.warn({ ...id, error }, 'could not renew the claim of a running operation; trying again');
    }
    this.planRenewal();
  }

  lost(options?: { cause: unknown }): StaleClaimError {
    const { id, epoch } = this.claim;
    return new StaleClaimError(id.operation, id.key, epoch, options);
  }
}
