import {
  eventsOf,
  holdAt,
  newCircuitBreaker,
  OrderUnansweredError,
  stepBreaker,
  transitionsOf,
  type BreakerAnswer,
  type BreakerDecision,
  type BreakerPolicy,
  type BreakerReading,
  type BreakerStep,
  type BreakerStore,
  type BreakerTransition,
  type CircuitBreaker,
  type Clock,
  type Logger,
  type UntimedBreakerCommand,
} from '@eros/domain';
import { noCalls } from './breaker-metrics.js';
import { NoAnswerError, orTimeout, waitAtMost, type Schedule } from './schedule.js';
import { TimeAlone } from './time-alone.js';

/** After this time without an answer the store counts as unreachable. */
const STORE_TIMEOUT_MS = 5_000;

/** The answer to a write that was given up may still come within this time: twice as long as a statement may take. */
const LATE_ANSWER_MS = 60_000;

/** What an operator orders. */
export type Order = UntimedBreakerCommand & { readonly type: 'hold' | 'release' | 'reset' };

export interface SharedBreakerPorts {
  readonly store: BreakerStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly schedule: Schedule;
  /** This process's name, in the history and in votes. */
  readonly node: string;
  /** The fleet's breaker has moved on, whichever process did it. */
  moved(name: string, fromGeneration: number, toGeneration: number): void;
  /** This process has made a transition: for the fleet, or, without its database, for itself. */
  made(transition: BreakerTransition, scope: 'fleet' | 'process'): void;
}

/** The successes through the closed breaker that the store has not been told of. */
interface Untold {
  count: number;
  lastAtMs: number;
}

/** What became of a write. */
interface Reached {
  readonly isTold: boolean;
  /** Of a write that was given up without an answer: whether the store did it after all, as far as that becomes known. */
  readonly isStored?: Promise<boolean>;
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
  /** All calls of this process, for its metrics. */
  readonly counts = noCalls();
  private copy: CircuitBreaker;
  private databaseAheadMs = 0;
  private outbox: Promise<void> = Promise.resolve();
  private writes = 0;
  private totals = { successes: 0, failures: 0 };
  private untold: Untold | undefined;
  private cancelFlush: (() => void) | undefined;
  private hasEnded = false;
  /** Of the breaker as last read; alone, the copy goes on from it by generations of its own. */
  private fleetGeneration: number | undefined;
  private alone = new TimeAlone(0);
  /** Ends when the store knows of all that happened in times without it. */
  private telling: Promise<unknown> = Promise.resolve();
  private end: () => void = () => undefined;
  private readonly ended = new Promise<void>((resolve) => (this.end = resolve));

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

  /** Calls go out and their outcomes count. */
  isClosed(): boolean {
    return this.copy.state === 'closed' && this.copy.held === undefined;
  }

  /** An operator decides, and calls move nothing. No longer from the end of the last hold, though nobody has acted on it yet. */
  isHeld(): boolean {
    return this.copy.held !== undefined && holdAt(this.copy, this.nowMs()) !== undefined;
  }

  /** The database's time, as far as it is known without asking. */
  nowMs(): number {
    return this.ports.clock.nowMs() + this.databaseAheadMs;
  }

  /** Reads the row, after what this process has told until now. Never rejects. */
  load(): Promise<void> {
    return this.inTurn(async () => {
      if (this.aloneSince) return;
      await this.reach(async () => {
        const adopt = this.adopting();
        adopt(await this.ports.store.read(this.name));
      });
      this.isLoaded = true;
    });
  }

  /**
   * Tells the store of an outcome and learns what came of it; alone, decides by itself. Never rejects.
   *
   * @param command made when its turn has come, so that what it says of durations is true then; what has come too late by then
   *   is nothing to tell. It is asked again when the store could not be told.
   */
  tell(command: () => UntimedBreakerCommand | undefined): Promise<void> {
    return this.inTurn(async () => {
      const now = command();
      if (!now) return;
      if (now.type === 'settle' && now.outcome === 'success') this.alone.succeed();
      if (this.aloneSince) return void this.decideAlone(now);
      const { isTold, isStored } = await this.reach(() => this.dispatch(now));
      if (!isTold) this.decideAlone(command() ?? now, isStored);
    });
  }

  /** Tells the store what an operator orders. Unlike an outcome it is never decided alone: without the store it rejects. */
  async order(command: Order): Promise<BreakerDecision> {
    let decision: BreakerDecision | undefined;
    await this.inTurn(async () => {
      this.writes += 1;
      try {
        ({ decision } = await orTimeout(this.dispatch(command), STORE_TIMEOUT_MS, this.ports.schedule));
      } catch (error) {
        throw error instanceof NoAnswerError
          ? new OrderUnansweredError(this.name, command.type, error.waitedMs)
          : error;
      } finally {
        this.writes += 1;
      }
    });
    if (!decision) throw new Error('bug: an order without an answer');
    return decision;
  }

  private async dispatch(command: UntimedBreakerCommand): Promise<BreakerStep> {
    const { name, policy, ports } = this;
    const adopt = this.adopting();
    const answer = await ports.store.dispatch(name, { ...command, node: ports.node }, policy);
    adopt(answer);
    this.report(answer, 'fleet');
    return answer;
  }

  /**
   * Decides by itself, at once. Only while the store cannot be reached.
   *
   * @param isStored where the store was told of it, too, and has not answered.
   */
  decideAlone(command: UntimedBreakerCommand, isStored?: Promise<boolean>): BreakerDecision {
    const before = this.copy;
    const told = { ...command, node: this.ports.node, atMs: this.nowMs() };
    const { decision, breaker } = stepBreaker(told, before, this.policy);
    if (command.type === 'settle' && command.outcome === 'failure') this.alone.fail(command.failures ?? 1, isStored);
    if (breaker.generation !== before.generation) this.alone.hasMoved = true;
    this.replace(breaker);
    const transitions = transitionsOf(this.name, before, eventsOf(decision), told.node);
    this.report({ decision, transitions }, 'process');
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
    this.counts[outcome] += 1;
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
    this.alone = new TimeAlone(this.copy.generation);
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
    this.end();
    await this.flush();
    await this.telling;
    const { successes, failures } = this.totals;
    if (successes + failures === 0) return;
    this.ports.logger.warn(
      { breaker: this.name, successes, failures },
      'circuit breaker closes with calls not counted',
    );
  }

  private comeBack(): void {
    const { alone } = this;
    this.aloneSince = undefined;
    if (alone.hasMoved) this.era += 1;
    this.ports.logger.info({ breaker: this.name }, 'circuit breaker reaches its database again');
    if (this.totals.successes + this.totals.failures > 0) this.planFlush();
    const telling = alone.tell((failures) => this.tellAgain(alone.generation, failures));
    this.telling = Promise.all([this.telling, telling]);
  }

  /** If others have moved the breaker since, it is late and changes nothing. */
  private tellAgain(generation: number, failures: number): Promise<void> {
    return this.inTurn(async () => {
      const command = { type: 'settle', outcome: 'failure', failures, ticket: { generation } } as const;
      const { isTold, isStored }: Reached = this.aloneSince
        ? { isTold: false }
        : await this.reach(() => this.dispatch(command));
      if (!isTold && this.alone.generation === generation) this.alone.fail(failures, isStored);
    });
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
      const { isTold, isStored } = await this.reach(async () => {
        const calls = untold ? { ...totals, closed: closed() } : totals;
        const adopt = this.adopting();
        adopt(await this.ports.store.flushCalls(this.name, calls, this.policy));
      });
      if (isTold) return;
      if (isStored && !this.hasEnded) void isStored.then((isKnown) => isKnown || this.keepTotals(totals));
      else this.keepTotals(totals);
      if (untold) this.decideAlone({ type: 'count_successes', ...closed() });
    });
  }

  /** They are told with the next flush. */
  private keepTotals({ successes, failures }: Record<'successes' | 'failures', number>): void {
    this.totals.successes += successes;
    this.totals.failures += failures;
    if (!this.cancelFlush && !this.aloneSince) this.planFlush();
  }

  private inTurn(work: () => Promise<unknown>): Promise<void> {
    const turn = this.outbox.then(work).then(() => undefined);
    this.outbox = turn.catch(() => undefined); // told to whoever asked for this turn, not to the next in line
    return turn;
  }

  /** Whether the store did it; if not, this process is alone from now on. */
  private async reach(work: () => Promise<unknown>): Promise<Reached> {
    this.writes += 1;
    let isAnswered = false;
    const answer = work();
    const isStored = answer.then(
      () => (isAnswered = true),
      () => !(isAnswered = true),
    );
    try {
      await orTimeout(answer, STORE_TIMEOUT_MS, this.ports.schedule);
      return { isTold: true };
    } catch (error) {
      this.goAlone(error);
      return isAnswered ? { isTold: false } : { isTold: false, isStored: this.late(isStored) };
    } finally {
      this.writes += 1;
    }
  }

  /** What becomes known of a write that was given up; nothing any more when this process closes. */
  private async late(isStored: Promise<boolean>): Promise<boolean> {
    let isKnown = false;
    const known = isStored.then((isIt) => (isKnown = isIt));
    await waitAtMost(Promise.race([known, this.ended]), LATE_ANSWER_MS, this.ports.schedule);
    return isKnown;
  }

  /** Adopts the answer to the write on its way, unless the write was given up: what is known since is newer. */
  private adopting(): (reading: BreakerReading) => void {
    const turn = this.writes;
    return (reading) => {
      if (turn === this.writes) this.adopt(reading);
    };
  }

  private adopt({ breaker, atMs }: BreakerReading): void {
    if (this.aloneSince) return; // a reading failed while this was on its way
    this.databaseAheadMs = atMs - this.ports.clock.nowMs();
    const { generation } = this.replace(breaker ?? newCircuitBreaker(atMs));
    const known = this.fleetGeneration ?? generation;
    this.fleetGeneration = generation;
    if (known !== generation) this.ports.moved(this.name, known, generation);
  }

  private replace(breaker: CircuitBreaker): CircuitBreaker {
    const before = this.copy;
    this.copy = breaker;
    if (breaker.generation !== before.generation || breaker.state !== before.state) {
      this.era += 1;
      this.untold = undefined;
    }
    return breaker;
  }

  private report(
    { decision, transitions }: Pick<BreakerAnswer, 'decision' | 'transitions'>,
    scope: 'fleet' | 'process',
  ): void {
    for (const transition of transitions) this.ports.made(transition, scope);
    for (const event of eventsOf(decision)) {
      const facts = { breaker: this.name, failureCount: this.copy.failureCount };
      if (event.type === 'opened')
        this.ports.logger.warn({ ...facts, openMs: event.openUntilMs - event.atMs }, 'circuit breaker opened');
      if (event.type === 'half_opened') this.ports.logger.info(facts, 'circuit breaker tries again');
      if (event.type === 'closed') this.ports.logger.info(facts, 'circuit breaker closed');
      if (event.type === 'held') {
        const { as, by, reason } = event.hold;
        this.ports.logger.info({ ...facts, as, by, reason }, 'circuit breaker is held');
      }
      if (event.type === 'released')
        this.ports.logger.info({ ...facts, by: event.by, holdsLeft: event.holds.length }, 'circuit breaker released');
      if (event.type === 'reset') {
        const { by, reason } = event;
        this.ports.logger.info({ ...facts, by, reason }, 'circuit breaker reset');
      }
    }
  }
}
