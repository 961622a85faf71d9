import { AsyncResource } from 'node:async_hooks';
import {
  assertBreakerName,
  breakerPolicy,
  type BreakerHealth,
  type BreakerPolicy,
  type BreakerState,
  type BreakerStore,
  type Clock,
  type Ids,
  type Logger,
} from '@eros/domain';
import { GuardedBreaker } from './breaker/guarded-breaker.js';
import type { RunOptions } from './breaker/run-options.js';
import { orTimeout, type Schedule } from './breaker/schedule.js';
import { SharedBreaker } from './breaker/shared-breaker.js';

/** After this time without an answer a reading counts as failed. */
const READ_TIMEOUT_MS = 5_000;

export interface CircuitBreakersPorts {
  readonly store: BreakerStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Timers that keep no process alive: `unrefTimers`. */
  readonly schedule: Schedule;
  /** Spreads the readings of many processes. */
  readonly random: () => number;
  /** Whether the calling code runs inside an open transaction of the breakers' database. */
  isInsideTransaction(): boolean;
}

export interface CircuitBreakersOptions {
  /** By the breaker's name. Other names, and settings left out, get the defaults. */
  readonly policies?: Readonly<Record<string, Partial<BreakerPolicy>>>;
  /**
   * How often the breakers in use are read again. What other processes did is known here within one and a quarter of it,
   * and the reading. Default 1,000.
   */
  readonly syncIntervalMs?: number;
}

/**
 * Guards calls of what may fail, over all processes of one database. Spec, section 4.
 *
 * - A call through a closed breaker does no I/O. Its success reaches the table with the next flush.
 * - The first use of a name reads its row, once.
 * - A failure is one write, waited for at most 50 ms; inside a transaction it is not waited for.
 * - Without its database a breaker goes on by what this process sees, in the mode of its policy.
 */
export class CircuitBreakers {
  private readonly breakers = new Map<string, GuardedBreaker>();
  private readonly policies: ReadonlyMap<string, BreakerPolicy>;
  private readonly syncIntervalMs: number;
  // Timers and writes must not run in the transaction in which some call happened to start them.
  private readonly outside = new AsyncResource('EROS_BREAKERS', { requireManualDestroy: false });
  private cancelSync: (() => void) | undefined;
  private closing: Promise<void> | undefined;

  /** @throws {InvalidSettingsError} for a policy that is none. */
  constructor(
    private readonly ports: CircuitBreakersPorts,
    options: CircuitBreakersOptions = {},
  ) {
    const { policies = {}, syncIntervalMs = 1_000 } = options;
    this.policies = new Map(Object.entries(policies).map(([name, given]) => [name, breakerPolicy(name, given)]));
    this.syncIntervalMs = syncIntervalMs;
  }

  /**
   * Runs `call` unless the breaker refuses it. Its value and its errors pass through.
   *
   * `call` gets the caller's signal, or one that never aborts; a trial call of a half-open breaker gets its own, which is
   * aborted with `probe_timeout` at the end of its lease. Inside a transaction a trial's permit is asked for but not
   * waited for: that call is refused, the next one goes out with it.
   *
   * @throws {CircuitOpenError} when refused and there is no `fallback`.
   */
  run<T>(name: string, call: (signal: AbortSignal) => Promise<T>, options: RunOptions<T> = {}): Promise<T> {
    const known = this.breakers.get(name);
    return known ? known.run(call, options) : this.runFirst(name, call, options);
  }

  /**
   * The present state, as read from the database. `half_open` from the end of the open time, though nobody has tried yet.
   * Takes no permit. Inside a transaction, and without the database, it is the state known here.
   */
  async state(name: string): Promise<BreakerState> {
    return this.named(name).state();
  }

  /** Counts a success that did not come through `run`, for the present generation. Ignored while open. */
  async recordSuccess(name: string): Promise<void> {
    await this.named(name).recordSuccess();
  }

  /** Counts a failure that did not come through `run`, for the present generation. Ignored while open. */
  async recordFailure(name: string): Promise<void> {
    await this.named(name).recordFailure();
  }

  /** Every breaker of the database, by name, as told by the processes until now. */
  async health(): Promise<BreakerHealth[]> {
    return this.ports.store.list();
  }

  /** Writes what is not written yet and stops all timers. Later calls go by what is known here. Twice is fine. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.cancelSync?.();
    await Promise.all([...this.breakers.values()].map(({ shared }) => shared.close()));
  }

  private async runFirst<T>(
    name: string,
    call: (signal: AbortSignal) => Promise<T>,
    options: RunOptions<T>,
  ): Promise<T> {
    return this.named(name).run(call, options);
  }

  private named(name: string): GuardedBreaker {
    const known = this.breakers.get(name);
    if (known) return known;
    assertBreakerName(name);
    const { ports } = this;
    const apart = <T>(work: () => T): T => this.outside.runInAsyncScope(work);
    const schedule: Schedule = (work, afterMs) => apart(() => ports.schedule(work, afterMs));
    const shared = new SharedBreaker(name, this.policies.get(name) ?? breakerPolicy(name), { ...ports, schedule });
    const guarded = new GuardedBreaker(shared, {
      ...ports,
      schedule,
      isInsideTransaction: () => ports.isInsideTransaction(),
      apart,
    });
    this.breakers.set(name, guarded);
    if (this.breakers.size === 1) apart(() => this.planSync());
    return guarded;
  }

  private planSync(): void {
    if (this.closing) return;
    const afterMs = this.syncIntervalMs * (0.75 + this.ports.random() / 2);
    this.cancelSync = this.ports.schedule(() => void this.sync(), afterMs);
  }

  /** Learns what other processes did, and whether the database can be reached. */
  private async sync(): Promise<void> {
    const marks = [...this.breakers.values()].map(({ shared }) => ({ shared, mark: shared.mark() }));
    try {
      const { breakers, unreadable, atMs } = await orTimeout(
        this.ports.store.readAll(),
        READ_TIMEOUT_MS,
        this.ports.schedule,
      );
      const problems = new Map(unreadable.map((error) => [error.breaker, error]));
      for (const { shared, mark } of marks) {
        const problem = problems.get(shared.name);
        if (problem) shared.goAlone(problem);
        else shared.learn({ breaker: breakers.get(shared.name), atMs }, mark);
      }
    } catch (error) {
      for (const { shared } of marks) shared.goAlone(error);
    }
    this.planSync();
  }
}
