import { isErosError } from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import { AskedLease } from './asked-lease.js';

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
  private isAsking = false;
  /** Renewals that fall due wait: one would be in the way. */
  private isPutOff = false;
  private isDue = false;
  private cancelRenewal: () => void = () => undefined;

  /** @param asked the lease that was granted. */
  constructor(
    private readonly lease: LeaseKeeping,
    private readonly schedule: Schedule,
    private asked: AskedLease,
  ) {
    this.believeIn(asked);
    this.renewLater();
  }

  end(): void {
    this.isEnded = true;
    this.isDue = false;
    this.cancelRenewal();
    this.asked.cancel();
  }

  /** From now on renewals wait until they may `goOn`, but no longer than the lease allows. */
  putOff(): void {
    this.isPutOff = true;
  }

  goOn(): void {
    this.isPutOff = false;
    this.renewIfDue();
  }

  /** For a write that is about to renew the lease beside its own. What is asked for is handed to `renewedBy`, or cancelled. */
  ask(): AskedLease {
    return new AskedLease(this.lease.leaseMs, this.schedule);
  }

  /** The write has come through: the next renewal is due as long after it as after a renewal. */
  renewedBy(asked: AskedLease): void {
    if (this.isEnded) return asked.cancel();
    this.believeIn(asked);
    // Whoever waits for the answer to a renewal plans the next one then.
    if (!this.isAsking) this.renewLater();
  }

  private believeIn(asked: AskedLease): void {
    if (this.asked !== asked) this.asked.cancel();
    this.asked = asked;
    asked.patience.whenOver(() => this.renewIfDue());
    asked.end.whenOver(() => this.lose());
  }

  private renewLater(): void {
    this.cancelRenewal();
    this.isDue = false;
    if (this.isEnded) return;
    this.cancelRenewal = this.schedule(() => {
      this.isDue = true;
      this.renewIfDue();
    }, this.lease.renewEveryMs);
  }

  private renewIfDue(): void {
    if (this.isDue && (!this.isPutOff || this.asked.patience.isOver)) void this.renew();
  }

  private lose(): void {
    if (this.isEnded) return;
    this.end();
    this.lease.onLost();
  }

  private async renew(): Promise<void> {
    const { renew, onFailure } = this.lease;
    const before = this.asked;
    const asked = this.ask();
    this.isDue = false;
    this.isAsking = true;
    try {
      await renew();
      // Ended, or renewed meanwhile by a write.
      if (this.isEnded || this.asked !== before) asked.cancel();
      else this.believeIn(asked);
    } catch (error) {
      asked.cancel();
      // A renewal that was under way when the lease was given up.
      if (this.isEnded) return;
      onFailure(error);
      if (isErosError(error, 'saga_lease_lost')) return this.lose();
    }
    this.isAsking = false;
    this.renewLater();
  }
}
