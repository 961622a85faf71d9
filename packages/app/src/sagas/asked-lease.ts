import { renewalPutOffMs } from '@eros/domain';
import type { Schedule } from '../breaker/schedule.js';
import { LeaseCountdown } from '../lease-countdown.js';

/** A lease that is asked for now: by a claim, by a renewal, or by a write that renews it. */
export class AskedLease {
  /** As long as its renewal may be put off. */
  readonly patience: LeaseCountdown;
  readonly end: LeaseCountdown;

  constructor(leaseMs: number, schedule: Schedule) {
    this.patience = new LeaseCountdown(renewalPutOffMs(leaseMs), schedule);
    this.end = new LeaseCountdown(leaseMs, schedule);
  }

  /** Nobody has it, or another one is in its place. */
  cancel(): void {
    this.patience.cancel();
    this.end.cancel();
  }
}
