import { AsyncResource } from 'node:async_hooks';
import {
  BREAKERS_CHANGED,
  assertBreakerName,
  assertWhy,
  BreakerNotHeldError,
  breakerPolicy,
  breakerStateAt,
  InvalidSettingsError,
  isStorableInstant,
  livePermits,
  NestedTransactionError,
  TRANSITIONS_KEPT,
  type BreakerHealth,
  type BreakerPolicy,
  type BreakerState,
  type BreakerStore,
  type BreakerTransition,
  type ChangeSignal,
  type Clock,
  type Ids,
  type Logger,
  type ReadableBreakers,
  type Why,
} from '@eros/domain';
import { BreakerMetrics, type ObservedBreaker } from './breaker/breaker-metrics.js';
import { GuardedBreaker } from './breaker/guarded-breaker.js';
import type { RunOptions } from './breaker/run-options.js';
import { orTimeout, type Schedule } from './breaker/schedule.js';
import { SharedBreaker, type Order } from './breaker/shared-breaker.js';
import { TransitionFeed, type TransitionListener } from './breaker/transition-feed.js';
import { shownInstant } from './instant-of.js';

/** After this time without an answer a reading counts as failed. */
const READ_TIMEOUT_MS = 5_000;
const AFTER_A_WRITE_MS = 20;

export interface CircuitBreakersPorts {
  readonly store: BreakerStore;
  /** Tells when another process may have moved a breaker. Without it that is known with the next reading. */
  readonly changes?: Pick<ChangeSignal, 'subscribe'>;
  /** This process's time, by which durations are measured: not that of planning, which may stand still. */
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Timers that keep no process alive: `unrefTimers`. */
  readonly schedule: Schedule;
  /** This process's name, in the history and in the votes of a quorum. */
  readonly node: string;
  /** Spreads the readings of many processes, and their open times where they are to differ. */
  readonly random: () => number;
  /** Whether the calling code runs inside an open transaction of the breakers' database. */
  isInsideTransaction(): boolean;
}

export interface CircuitBreakersOptions {
  /** By the breaker's name. Other names, and settings left out, get the defaults. */
  readonly policies?: Readonly<Record<string, Partial<BreakerPolicy>>>;
  /**
   * How often the breakers in use are read again. What other processes did is known here within one and a quarter of it,
   * and the reading, at the latest; mostly they are told of it sooner. Default 1,000.
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
  private readonly feed: TransitionFeed;
  private readonly metrics = new BreakerMetrics(() => this.observed());
  // Timers and writes must not run in the transaction in which some call happened to start them.
  private readonly outside = new AsyncResource('EROS_BREAKERS', { requireManualDestroy: false });
  private cancelSync: (() => void) | undefined;
  private stopListening: (() => void) | undefined;
  private reading: Promise<unknown> = Promise.resolve();
  private isNewsWaiting = false;
  private closing: Promise<void> | undefined;

  /** @throws {InvalidSettingsError} for a policy that is none. */
  constructor(
    private readonly ports: CircuitBreakersPorts,
    options: CircuitBreakersOptions = {},
  ) {
    const { policies = {}, syncIntervalMs = 1_000 } = options;
    this.policies = new Map(Object.entries(policies).map(([name, given]) => [name, breakerPolicy(name, given)]));
    this.syncIntervalMs = syncIntervalMs;
    this.feed = new TransitionFeed(ports);
  }

  /**
   * Runs `call` unless the breaker refuses it. Its value and its errors pass through.
   *
   * `call` gets the caller's signal, or one that never aborts; a trial call of a half-open breaker gets its own, which is
   * aborted with `probe_timeout` at the end of its lease. Inside a transaction a trial's permit is asked for but not
   * waited for: that call is refused, the next one goes out with it.
   *
   * @throws {CircuitOpenError} when refused and there is no `fallback`.
   * @throws {CircuitHeldError} likewise, when an operator holds it open.
   */
  run<T>(name: string, call: (signal: AbortSignal) => Promise<T>, options: RunOptions<T> = {}): Promise<T> {
    const known = this.breakers.get(name);
    return known ? known.run(call, options) : this.runFirst(name, call, options);
  }

  /**
   * The present state, as read from the database. `half_open` from the end of the open time, though nobody has tried yet.
   * A held breaker is what its hold says. Where a quorum decides, it is the fleet's state: this process may refuse calls by
   * itself meanwhile. Takes no permit. Inside a transaction, and without the database, it is the state known here.
   */
  async state(name: string): Promise<BreakerState> {
    return this.named(name).state();
  }

  /** Counts a success that did not come through `run`, for the present generation. Ignored while open or held. */
  async recordSuccess(name: string): Promise<void> {
    await this.named(name).recordSuccess();
  }

  /** Counts a failure that did not come through `run`, for the present generation. Ignored while open or held. */
  async recordFailure(name: string): Promise<void> {
    await this.named(name).recordFailure();
  }

  /**
   * Every breaker of the database, by name, as told by the processes until now. One whose row is none of ours is `unreadable`, and
   * its `problem` says what to do.
   */
  async health(): Promise<BreakerHealth[]> {
    return this.ports.store.list();
  }

  /** Every breaker of the database that can be read, by name, and why the others cannot. */
  async inspect(): Promise<ReadableBreakers> {
    return this.ports.store.listReadable();
  }

  /**
   * Holds a breaker open, or closed, whatever its calls say, in every process, until it is released or `until` has come.
   * What was there stands still meanwhile. Each operator has one hold at most; the latest decides.
   *
   * @throws {InvalidSettingsError} for an instant that is not in the future or past the year 9999, and without a name and a reason.
   * @throws {NestedTransactionError} inside a transaction: the order would be seen before it is committed, or never.
   * @throws {OrderUnansweredError} when the database does not answer: it may be carried out all the same.
   */
  async hold(name: string, as: 'open' | 'closed', order: Why & { until?: Date }): Promise<void> {
    assertBreakerName(name);
    assertWhy(order);
    if (as !== 'open' && as !== 'closed') {
      throw new InvalidSettingsError('hold', JSON.stringify(as) ?? 'missing', `'open' or 'closed'`);
    }
    const { by, reason, until } = order;
    const guarded = this.named(name);
    await guarded.loaded();
    const untilMs = until === undefined ? {} : { untilMs: instantAfter(guarded.shared.nowMs(), until) };
    const decision = await this.order(guarded, { type: 'hold', as, by, reason, ...untilMs });
    if (decision.type === 'hold_over') throw notInTheFuture(until);
  }

  /**
   * Ends the operator's own hold, or, where there is none, the one that decides. The last release restores what was there,
   * with as much of its open time as was left.
   *
   * @throws {BreakerNotHeldError} when nobody holds it.
   * @throws {OrderUnansweredError} when the database does not answer: look before ordering again.
   */
  async release(name: string, why: Why): Promise<void> {
    assertBreakerName(name);
    assertWhy(why);
    const { by, reason } = why;
    const decision = await this.order(this.named(name), { type: 'release', by, reason });
    if (decision.type === 'not_held') throw new BreakerNotHeldError(name);
  }

  /**
   * Closes a breaker and forgets its counts, in every process. Holds stay: they are to be released.
   *
   * @throws {OrderUnansweredError} when the database does not answer: it may be carried out all the same.
   */
  async reset(name: string, why: Why): Promise<void> {
    assertBreakerName(name);
    assertWhy(why);
    const { by, reason } = why;
    await this.order(this.named(name), { type: 'reset', by, reason });
  }

  /** The latest transitions of a breaker, oldest first: one entry each, whichever process made them. */
  async history(name: string, { limit }: { limit?: number } = {}): Promise<BreakerTransition[]> {
    assertBreakerName(name);
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= TRANSITIONS_KEPT)) {
      throw new InvalidSettingsError('limit', String(limit), `a whole number from 1 to ${TRANSITIONS_KEPT}`);
    }
    return this.ports.store.history(name, limit === undefined ? {} : { limit });
  }

  /**
   * Calls `listener` with each transition of the breakers in use here, once and in order, whichever process made it. One
   * that throws harms nobody. The answer removes it.
   */
  onTransition(listener: TransitionListener): () => void {
    return this.feed.add(listener);
  }

  private order(guarded: GuardedBreaker, command: Order) {
    if (this.ports.isInsideTransaction()) throw new NestedTransactionError();
    return this.outside.runInAsyncScope(() => guarded.shared.order(command));
  }

  private *observed(): Iterable<ObservedBreaker> {
    for (const { shared } of this.breakers.values()) {
      const { name, counts, breaker } = shared;
      const nowMs = shared.nowMs();
      yield { name, counts, state: breakerStateAt(breaker, nowMs), trialsOut: livePermits(breaker, nowMs).length };
    }
  }

  /** Writes what is not written yet and stops all timers. Later calls go by what is known here. Twice is fine. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.cancelSync?.();
    this.stopListening?.();
    this.metrics.stop();
    // A reading in hand would find the database closed, which would look like one that cannot be reached. What it learns may
    // have to be told, and what is told may have to be read in the history: so one behind the other.
    await this.reading;
    await Promise.all([...this.breakers.values()].map(({ shared }) => shared.close()));
    await this.feed.caughtUp();
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
    const shared = new SharedBreaker(name, this.policies.get(name) ?? breakerPolicy(name), {
      ...ports,
      schedule,
      moved: (...move) => apart(() => this.feed.moved(...move)),
      made: (transition, scope) => {
        this.metrics.moved(transition);
        if (scope === 'process') this.feed.tell({ ...transition, scope });
      },
    });
    const guarded = new GuardedBreaker(shared, {
      ...ports,
      schedule,
      tellOwn: (transition) => this.feed.tell({ ...transition, scope: 'process' }),
      isInsideTransaction: () => ports.isInsideTransaction(),
      apart,
    });
    this.breakers.set(name, guarded);
    if (this.breakers.size === 1) apart(() => this.begin());
    return guarded;
  }

  private begin(): void {
    this.planSync();
    void this.listen();
  }

  private planSync(): void {
    if (this.closing) return;
    const afterMs = this.syncIntervalMs * (0.75 + this.ports.random() / 2);
    this.cancelSync = this.ports.schedule(() => void this.sync(), afterMs);
  }

  private async sync(): Promise<void> {
    await this.read();
    if (!this.stopListening) void this.listen();
    this.planSync();
  }

  /** Asks to be told of changes; in vain, it is asked again with the next reading. */
  private async listen(): Promise<void> {
    const { changes, logger } = this.ports;
    if (!changes || this.closing) return;
    try {
      const stop = await changes.subscribe((topic) => {
        if (topic === undefined || topic === BREAKERS_CHANGED) this.lookAgain();
      });
      this.stopListening?.();
      this.stopListening = stop;
      if (this.closing) stop();
    } catch (error) {
      logger.debug({ error }, 'circuit breakers cannot be told of changes: they read every now and then');
    }
  }

  /** What is told while a reading is on its way may have come too late for it: then there is one more. */
  private lookAgain(): void {
    if (this.closing || this.isNewsWaiting) return;
    this.isNewsWaiting = true;
    void this.outside.runInAsyncScope(async () => {
      await this.reading;
      this.isNewsWaiting = false;
      const isWriting = await this.read();
      // What a breaker writes just now is answered with how it stood then; what came after that is read a little later.
      if (isWriting) this.ports.schedule(() => this.lookAgain(), AFTER_A_WRITE_MS);
    });
  }

  /** One behind the other: of two answers on their way, the older one might come last. */
  private read(): Promise<boolean> {
    const reading = this.reading.then(() => (this.closing ? false : this.learn()));
    this.reading = reading;
    return reading;
  }

  /**
   * Learns what other processes did, and whether the database can be reached.
   *
   * @returns whether a write was on its way, whose breaker this reading could say nothing of.
   */
  private async learn(): Promise<boolean> {
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
      this.feed.tryAgain();
    } catch (error) {
      for (const { shared } of marks) shared.goAlone(error);
    }
    return marks.some(({ mark }) => mark === undefined);
  }
}

function instantAfter(nowMs: number, until: unknown): number {
  const untilMs = until instanceof Date ? until.getTime() : NaN;
  if (untilMs > nowMs && isStorableInstant(untilMs)) return untilMs;
  throw notInTheFuture(until);
}

function notInTheFuture(until: unknown): InvalidSettingsError {
  return new InvalidSettingsError('until', shownInstant(until), 'a Date in the future, up to the year 9999');
}
