import { isErosError } from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';

export interface LeaseKeeping {
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  readonly renew: () => Promise<void>;
  /** Told of every renewal that failed. */
  readonly onFailure: (error: unknown) => void;
  /** Told once, when the lease is another's, or over before it could be renewed again. */
  readonly onLost: () => void;
}

/** Renews a lease again and again, until it is ended or the lease is lost. */
export class LeaseKeeper {
  private failures = 0;
  private isEnded = false;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly lease: LeaseKeeping,
    private readonly schedule: Schedule,
  ) {
    this.renewLater();
  }

  end(): void {
    this.isEnded = true;
    this.cancel();
  }

  private renewLater(): void {
    this.cancel = this.schedule(() => void this.renew(), this.lease.renewEveryMs);
  }

  private async renew(): Promise<void> {
    const { leaseMs, renewEveryMs, renew, onFailure, onLost } = this.lease;
    try {
      await renew();
      this.failures = 0;
    } catch (error) {
      // A renewal that was under way when the lease was given up.
      if (this.isEnded) return;
      this.failures += 1;
      onFailure(error);
      // The next renewal would come after the end of the lease: somebody else may have it by then.
      const isTooLate = (this.failures + 1) * renewEveryMs > leaseMs;
      if (isErosError(error, 'saga_lease_lost') || isTooLate) return onLost();
    }
    if (!this.isEnded) this.renewLater();
  }
}
