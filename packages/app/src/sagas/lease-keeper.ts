import { isErosError } from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import { LeaseCountdown } from '../lease-countdown.js';

export interface LeaseKeeping {
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  readonly renew: () => Promise<void>;
  /** Told of every renewal that failed. */
  readonly onFailure: (error: unknown) => void;
  /** Told once, when the lease is another's, or over before a renewal has come through. */
  readonly onLost: () => void;
}

/**
 * Renews a lease again and again, until it is ended or the lease is lost. A lease that was not renewed for its whole length is
 * taken for lost, whatever has become of its renewals: they may fail, or hang, or this process may have stood still.
 */
export class LeaseKeeper {
  private isEnded = false;
  private cancelRenewal: () => void = () => undefined;
  private cancelEnd: () => void = () => undefined;

  /** @param countdown begun when the lease was asked for. */
  constructor(
    private readonly lease: LeaseKeeping,
    private readonly schedule: Schedule,
    countdown: LeaseCountdown,
  ) {
    this.renewLater();
    this.cancelEnd = countdown.whenOver(() => this.lose());
  }

  end(): void {
    this.isEnded = true;
    this.cancelRenewal();
    this.cancelEnd();
  }

  private renewLater(): void {
    this.cancelRenewal = this.schedule(() => void this.renew(), this.lease.renewEveryMs);
  }

  private lose(): void {
    if (this.isEnded) return;
    this.end();
    this.lease.onLost();
  }

  private async renew(): Promise<void> {
    const { leaseMs, renew, onFailure } = this.lease;
    const cancelNewEnd = new LeaseCountdown(leaseMs, this.schedule).whenOver(() => this.lose());
    try {
      await renew();
      if (this.isEnded) return cancelNewEnd();
      this.cancelEnd();
      this.cancelEnd = cancelNewEnd;
    } catch (error) {
      cancelNewEnd();
      // A renewal that was under way when the lease was given up.
      if (this.isEnded) return;
      onFailure(error);
      if (isErosError(error, 'saga_lease_lost')) return this.lose();
    }
    this.renewLater();
  }
}
