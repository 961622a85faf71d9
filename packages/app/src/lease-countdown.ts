import type { Schedule } from './breaker/schedule.js';

/**
 * Counts the length of a lease from the sending of the request that asks for it. The database counts from later, so the lease
 * holds at least as long as is believed here, however late the answer comes: also when it comes after the end.
 */
export class LeaseCountdown {
  readonly cancel: () => void;
  private isDone = false;
  private work: () => void = () => undefined;

  constructor(leaseMs: number, schedule: Schedule) {
    this.cancel = schedule(() => {
      this.isDone = true;
      this.work();
    }, leaseMs);
  }

  get isOver(): boolean {
    return this.isDone;
  }

  /** Does `work` once the time is over: at once, if it is. The answer calls it off. */
  whenOver(work: () => void): () => void {
    if (this.isDone) work();
    else this.work = work;
    return this.cancel;
  }
}
