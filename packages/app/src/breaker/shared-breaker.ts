import {
  newCircuitBreaker,
  stepBreaker,
  type BreakerDecision,
  type BreakerPolicy,
  type BreakerReading,
  type BreakerStore,
  type CircuitBreaker,
  type Clock,
  type Logger,
  type UntimedBreakerCommand,
} from '@eros/domain';
import { orTimeout, type Schedule } from './schedule.js';

/** After this time without an answer the store counts as unreachable. */
const STORE_TIMEOUT_MS = 5_000;

export interface SharedBreakerPorts {
  readonly store: BreakerStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly schedule: Schedule;
}

/** The successes through the closed breaker that the store has not been told of. */
interface Untold {
  count: number;
  lastAtMs: number;
}

/**
 * One breaker as this process knows it: a copy of what is stored, behind which outcomes are written in the order in which
 * they came. While the store cannot be reached it goes on alone, by the same rules and by what this process sees.
 */
export class SharedBreaker {
  /** Ends with every change of state that this process learns of: a result of an older era is late. */
  era = 0;
  isLoaded = false;
  /** Why the store could not be reached; absent while it can. */
  aloneSince: { readonly error: unknown } | undefined;
  private copy: CircuitBreaker;
  private databaseAheadMs = 0;
  private outbox: Promise<void> = Promise.resolve();
  private writes = 0;
  private totals = { successes: 0, failures: 0 };
  private untold: Untold | undefined;
  private cancelFlush: (() => void) | undefined;
  private hasEnded = false;
  private alone = { generation: 0, failures: 0, hasMoved: false };

  constructor(
    readonly name: string,
    readonly policy: BreakerPolicy,
    private readonly ports: SharedBreakerPorts,
  ) {
    this.copy = newCircuitBreaker(ports.clock.nowMs());
  }

  get breaker(): CircuitBreaker {
    return this.copy;
  }

  isClosed(): boolean {
    return this.copy.state === 'closed';
  }

  /** The database's time, as far as it is known without asking. */
  nowMs(): number {
    return this.ports.clock.nowMs() + this.databaseAheadMs;
  }

  /** Reads the row, after what this process has told until now. Never rejects. */
  load(): Promise<void> {
    return this.inTurn(async () => {
      if (this.aloneSince) return;
      await this.reach(async () => this.adopt(await this.ports.store.read(this.name)));
      this.isLoaded = true;
    });
  }

  /**
   * Tells the store of an outcome and learns what came of it; alone, decides by itself. Never rejects.
   *
   * @param command made when its turn has come, so that what it says of durations is true then.
   */
  tell(command: () => UntimedBreakerCommand): Promise<void> {
    return this.inTurn(async () => {
      if (!this.aloneSince) {
        const isTold = await this.reach(async () => {
          const step = await this.ports.store.dispatch(this.name, command(), this.policy);
          this.adopt(step);
          this.report(step.decision);
        });
        if (isTold) return;
      }
      this.decideAlone(command());
    });
  }

  /** Decides by itself, at once. Only while the store cannot be reached. */
  decideAlone(command: UntimedBreakerCommand): BreakerDecision {
    const { generation } = this.copy;
    const { decision, breaker } = stepBreaker({ ...command, atMs: this.nowMs() }, this.copy, this.policy);
    if (command.type === 'settle' && command.outcome === 'failure') this.alone.failures += command.failures ?? 1;
    if (command.type === 'settle' && command.outcome === 'success') this.alone.failures = 0;
    if (breaker.generation !== generation) this.alone.hasMoved = true;
    this.replace(breaker);
    this.report(decision);
    return decision;
  }

  /** Notes a success of a closed breaker, to be told with the next flush. Not while alone: then it is decided on. */
  noteSuccess(): void {
    const untold = (this.untold ??= { count: 0, lastAtMs: 0 });
    untold.count += 1;
    untold.lastAtMs = this.ports.clock.nowMs();
  }

  /** The instant of the last success not told yet, on this process's clock. It is taken: whoever asks tells it. */
  takeLastSuccess(): number | undefined {
    const lastAtMs = this.untold?.lastAtMs;
    this.untold = undefined;
    return lastAtMs;
  }

  /** Counts a call that came back, for the totals. */
  count(outcome: 'successes' | 'failures'): void {
    this.totals[outcome] += 1;
    if (!this.cancelFlush) this.planFlush();
  }

  /** What is to be compared before a reading that began now may be adopted. `undefined` while a write is on its way. */
  mark(): number | undefined {
    return this.writes % 2 === 0 ? this.writes : undefined;
  }

  /** Learns from a reading that was begun at `mark`; after a time alone, tells what happened meanwhile. */
  learn(reading: BreakerReading, mark: number | undefined): void {
    if (mark === undefined || mark !== this.writes) return;
    if (this.aloneSince) this.comeBack();
    this.isLoaded = true;
    this.adopt(reading);
  }

  /** From now on by what this process sees. */
  goAlone(error: unknown): void {
    if (this.aloneSince) return;
    this.aloneSince = { error };
    this.alone = { generation: this.copy.generation, failures: 0, hasMoved: false };
    const { name, policy } = this;
    this.ports.logger.warn(
      { breaker: name, mode: policy.onStoreDown, error },
      'circuit breaker cannot reach its database',
    );
  }

  /** Tells what is not told yet; no more timers. Never rejects. */
  async close(): Promise<void> {
    this.hasEnded = true;
    this.cancelFlush?.();
    await this.flush();
    const { successes, failures } = this.totals;
    if (successes + failures === 0) return;
    this.ports.logger.warn(
      { breaker: this.name, successes, failures },
      'circuit breaker closes with calls not counted',
    );
  }

  private comeBack(): void {
    const { generation, failures, hasMoved } = this.alone;
    this.aloneSince = undefined;
    if (hasMoved) this.era += 1;
    this.ports.logger.info({ breaker: this.name }, 'circuit breaker reaches its database again');
    if (this.totals.successes + this.totals.failures > 0) this.planFlush();
    if (failures === 0) return;
    // One write for the whole time alone. If others have moved the breaker since, it is late and changes nothing.
    const command = { type: 'settle', outcome: 'failure', failures, ticket: { generation } } as const;
    void this.inTurn(() =>
      this.reach(async () => {
        const step = await this.ports.store.dispatch(this.name, command, this.policy);
        this.adopt(step);
        this.report(step.decision);
      }),
    );
  }

  private planFlush(): void {
    if (this.hasEnded) return;
    this.cancelFlush = this.ports.schedule(() => {
      this.cancelFlush = undefined;
      void this.flush();
    }, this.policy.flushIntervalMs);
  }

  private flush(): Promise<void> {
    return this.inTurn(async () => {
      const { totals, untold } = this;
      if (this.aloneSince || totals.successes + totals.failures === 0) return;
      this.totals = { successes: 0, failures: 0 };
      this.untold = undefined;
      const { generation } = this.copy;
      const closed = () => {
        const sinceLastMs = Math.max(0, this.ports.clock.nowMs() - (untold?.lastAtMs ?? 0));
        return { generation, count: untold?.count ?? 0, sinceLastMs };
      };
      const isTold = await this.reach(async () => {
        const calls = untold ? { ...totals, closed: closed() } : totals;
        this.adopt(await this.ports.store.flushCalls(this.name, calls, this.policy));
      });
      if (isTold) return;
      this.totals.successes += totals.successes;
      this.totals.failures += totals.failures;
      if (untold) this.decideAlone({ type: 'count_successes', ...closed() });
    });
  }

  private inTurn(work: () => Promise<unknown>): Promise<void> {
    const turn = this.outbox.then(work).then(() => undefined);
    this.outbox = turn.catch(() => undefined); // told to whoever asked for this turn, not to the next in line
    return turn;
  }

  /** Whether the store did it; if not, this process is alone from now on. */
  private async reach(work: () => Promise<void>): Promise<boolean> {
    this.writes += 1;
    let isInTime = true;
    try {
      await orTimeout(work(), STORE_TIMEOUT_MS, this.ports.schedule);
    } catch (error) {
      isInTime = false;
      this.goAlone(error);
    }
    this.writes += 1;
    return isInTime;
  }

  private adopt({ breaker, atMs }: BreakerReading): void {
    if (this.aloneSince) return; // the answer came after the store was given up
    this.databaseAheadMs = atMs - this.ports.clock.nowMs();
    this.replace(breaker ?? newCircuitBreaker(atMs));
  }

  private replace(breaker: CircuitBreaker): void {
    const before = this.copy;
    this.copy = breaker;
    if (breaker.generation === before.generation && breaker.state === before.state) return;
    this.era += 1;
    this.untold = undefined;
  }

  private report(decision: BreakerDecision): void {
    for (const event of decision.type === 'accepted' ? decision.events : []) {
      const facts = { breaker: this.name, failureCount: this.copy.failureCount };
      if (event.type === 'opened')
        this.ports.logger.warn({ ...facts, openMs: event.openUntilMs - event.atMs }, 'circuit breaker opened');
      if (event.type === 'half_opened') this.ports.logger.info(facts, 'circuit breaker tries again');
      if (event.type === 'closed') this.ports.logger.info(facts, 'circuit breaker closed');
    }
  }
}
