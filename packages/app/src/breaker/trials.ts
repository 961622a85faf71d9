import { decideBreaker, type Ids } from '@eros/domain';
import { ASK_WAIT_MS, waitAtMost, type Schedule } from './schedule.js';
import type { SharedBreaker } from './shared-breaker.js';

export interface TrialsPorts {
  readonly ids: Ids;
  readonly clock: { nowMs(): number };
  readonly schedule: Schedule;
  isInsideTransaction(): boolean;
  apart<T>(work: () => T): T;
}

/** The right of this process to have one trial call out, on its own clock. */
export interface HeldPermit {
  readonly permitId: string;
  readonly era: number;
  readonly generation: number;
  readonly endsAtMs: number;
}

/** Gets permits for trial calls from the fleet's breaker. */
export class Trials {
  private asking = 0;
  /** Permits that came when their caller could wait no longer: the next trials go out with them. */
  private spare: HeldPermit[] = [];

  constructor(
    private readonly shared: SharedBreaker,
    private readonly ports: TrialsPorts,
  ) {}

  /** A permit, if this process can have one now. */
  async permit(): Promise<HeldPermit | undefined> {
    const { shared, ports } = this;
    const spare = this.takeSpare();
    if (spare) return spare;
    const { policy } = shared;
    const decision = decideBreaker({ type: 'admit', permitId: '', atMs: shared.nowMs() }, shared.breaker, policy);
    // Refused by what is known here, or as many are asking already as could go out: no need to ask the database.
    if (decision.type !== 'accepted' || this.asking >= policy.probeLimit) return undefined;
    const asked = this.ask();
    if (ports.isInsideTransaction()) return undefined; // the answer may have to wait for the caller's own transaction
    await waitAtMost(asked, ASK_WAIT_MS, ports.schedule);
    return this.takeSpare();
  }

  private async ask(): Promise<void> {
    const { shared, ports } = this;
    const permitId = ports.ids.next();
    let endsAtMs = 0;
    this.asking += 1;
    try {
      await ports.apart(() =>
        shared.tell(() => {
          endsAtMs = ports.clock.nowMs() + shared.policy.probeTimeoutMs;
          return { type: 'admit', permitId };
        }),
      );
    } finally {
      this.asking -= 1;
    }
    const { breaker, era } = shared;
    const isGranted = breaker.state === 'half_open' && breaker.permits.some(({ id }) => id === permitId);
    if (isGranted) this.spare.push({ permitId, era, generation: breaker.generation, endsAtMs });
  }

  private takeSpare(): HeldPermit | undefined {
    const { era } = this.shared;
    const nowMs = this.ports.clock.nowMs();
    this.spare = this.spare.filter((permit) => permit.era === era && permit.endsAtMs > nowMs);
    return this.spare.shift();
  }
}
