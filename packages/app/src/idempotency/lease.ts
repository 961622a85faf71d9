import { renewalPutOffMs, StaleClaimError, type IdempotencyStore, type Logger, type OperationKey } from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import { LazyAbort } from '../lazy-signal.js';
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
  private readonly controller = new LazyAbort();
  /** Counts starts and stops: the answer to a renewal of an earlier stretch says nothing any more. */
  private stretch = 0;
  private cancelRenewal: (() => void) | undefined;
  private cancelEnd: (() => void) | undefined;
  /** Another caller has the claim, or may have it. */
  private isGone = false;
  private isLetGo = false;
  /** A renewal that falls due waits: it would be in the way. */
  private isPutOff = false;
  private isWorkOver = false;

  constructor(
    private readonly claim: Claim,
    private readonly ports: LeasePorts,
  ) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** False, and nothing is begun, when the claim was answered after its end: another caller may have it. */
  start(countdown = this.claim.countdown): boolean {
    if (countdown.isOver) return false;
    this.planRenewal();
    this.cancelEnd = countdown.whenOver(() => this.lose());
    return true;
  }

  /** Starts once a renewal has been answered, in time. False when the claim is another's, or this answer came late as well. */
  async startRenewed(): Promise<boolean> {
    const countdown = this.countdown();
    let isHeld = false;
    try {
      isHeld = await this.askForMore();
    } finally {
      if (!isHeld) countdown.cancel();
    }
    return isHeld && this.start(countdown);
  }

  /** Starts again after a stop, with a renewal at once: the last one may be a while ago. */
  resume(): void {
    this.stop();
    if (this.isLetGo || this.isGone) return;
    this.cancelEnd = this.endAfterLease();
    void this.renew();
  }

  /** Whether the claim is seen to be another's now. */
  async isTaken(): Promise<boolean> {
    try {
      return !(await this.askForMore());
    } catch (error) {
      this.ports.logger.warn({ ...this.claim.id, error }, 'could not see whether a claim still holds');
      return false;
    }
  }

  /**
   * A transaction is open that is to end the claim: on PostgreSQL a renewal that is committed meanwhile would have it fail. From now on
   * until the next stop renewals wait, but no longer than the lease allows.
   */
  putOff(): void {
    this.isPutOff = true;
  }

  stop(): void {
    this.stretch += 1;
    this.isPutOff = false;
    this.cancelRenewal?.();
    this.cancelEnd?.();
  }

  /** For good: the claim ends with its lease, whatever the work still does. */
  letGo(): void {
    this.isLetGo = true;
    this.stop();
  }

  /** Asks the work to stop. The claim is kept alive until it does. Only the first reason counts. */
  abort(reason?: unknown): void {
    this.controller.abort(reason);
  }

  /** The claim is kept alive until the end of the work is saved; there is nobody any more to tell of its loss. */
  workEnded(): void {
    this.isWorkOver = true;
  }

  /** Another caller has the claim, or may have it. */
  lose(reason: unknown = this.lost()): void {
    this.stop();
    this.isGone = true;
    if (!this.isWorkOver) this.abort(reason);
  }

  private planRenewal(): void {
    const { leaseMs } = this.claim;
    const dueMs = leaseMs / 3;
    this.cancelRenewal = this.ports.schedule(() => {
      if (!this.isPutOff) return void this.renew();
      this.cancelRenewal = this.ports.schedule(() => void this.renew(), renewalPutOffMs(leaseMs) - dueMs);
    }, dueMs);
  }

  private countdown(): LeaseCountdown {
    return new LeaseCountdown(this.claim.leaseMs, this.ports.schedule);
  }

  private endAfterLease(): () => void {
    return this.countdown().whenOver(() => this.lose());
  }

  private async renew(): Promise<void> {
    const { stretch } = this;
    const cancelNewEnd = this.endAfterLease();
    const isOver = () => stretch !== this.stretch;
    try {
      const isHeld = await this.askForMore();
      if (isOver()) return cancelNewEnd();
      if (!isHeld) {
        cancelNewEnd();
        return this.lose();
      }
      this.cancelEnd?.();
      this.cancelEnd = cancelNewEnd;
    } catch (error) {
      cancelNewEnd();
      if (isOver()) return;
      const { id } = this.claim;
      this.ports.logger.warn({ ...id, error }, 'could not renew the claim of a running operation; trying again');
    }
    this.planRenewal();
  }

  /** Sends one renewal. False when the claim is another's. */
  private async askForMore(): Promise<boolean> {
    const { id, owner, epoch, leaseMs, ttlMs } = this.claim;
    const { type } = await this.ports.store.dispatch(id, { type: 'renew', owner, epoch, leaseMs, ttlMs });
    return type === 'accepted';
  }

  lost(options?: { cause: unknown }): StaleClaimError {
    const { id, epoch } = this.claim;
    return new StaleClaimError(id.operation, id.key, epoch, options);
  }
}
