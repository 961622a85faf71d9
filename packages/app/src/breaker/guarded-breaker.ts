import {
  breakerStateAt,
  CircuitHeldError,
  CircuitOpenError,
  decideBreaker,
  holdAt,
  ProbeTimeoutError,
  TripWindows,
  type BreakerState,
  type BreakerTransition,
  type Hold,
  type Ids,
  type Logger,
  type Ticket,
  type TripRule,
  type UntimedBreakerCommand,
} from '@eros/domain';
import type { RefusalReason } from './breaker-metrics.js';
import { failureText } from './failure-text.js';
import { OwnBreaker } from './own-breaker.js';
import { quietSignal } from './quiet-signal.js';
import type { RunOptions } from './run-options.js';
import { ASK_WAIT_MS, waitAtMost, type Schedule } from './schedule.js';
import type { SharedBreaker } from './shared-breaker.js';
import { Trials, type HeldPermit } from './trials.js';

/** A caller waits this long for what it told to be written. Source: spec, section 4. */
const TELL_WAIT_MS = 50;
/** A caller inside a transaction, which holds its locks meanwhile, waits this long for a reading that it cannot go on without. */
const ASK_INSIDE_WAIT_MS = 200;

export interface GuardedBreakerPorts {
  readonly ids: Ids;
  readonly clock: { nowMs(): number };
  readonly logger: Logger;
  readonly schedule: Schedule;
  readonly random: () => number;
  readonly node: string;
  /** Hears what this process does for itself, where a quorum decides for the fleet. */
  tellOwn(transition: BreakerTransition): void;
  /** Whether the calling code runs inside an open transaction: then nothing that the database must do is awaited. */
  isInsideTransaction(): boolean;
  /** Runs work that is not the caller's: writes, and timers that outlive the call. */
  apart<T>(work: () => T): T;
}

/** What a call was let out with, as this process keeps it. */
interface LetOut {
  readonly era: number;
  readonly generation: number;
  readonly permitId?: string;
  /** The ticket of this process's own breaker, where a quorum decides for the fleet. */
  readonly own?: Ticket;
  /** A trial's lease has ended: its result is late. */
  isOver?: boolean;
}

/** Guards calls by one breaker. A call through the closed breaker waits for nothing but itself. */
export class GuardedBreaker {
  private hasFailedLast = false;
  private lastError: { readonly error: unknown } | undefined;
  private loading: Promise<void> | undefined;
  private plain: LetOut = { era: -1, generation: 0 };
  private readonly trials: Trials;
  /** Only where a quorum decides for the fleet. */
  private readonly own: OwnBreaker | undefined;
  /** Whether calls are judged by this process: then they are timed. */
  private readonly isJudging: boolean;
  private windows: TripWindows | undefined;
  private judgedEra = 0;

  constructor(
    readonly shared: SharedBreaker,
    private readonly ports: GuardedBreakerPorts,
  ) {
    const { name, policy } = shared;
    this.trials = new Trials(shared, ports);
    if (policy.quorum > 1) {
      this.own = new OwnBreaker(name, policy, { ...ports, tell: (transition) => ports.tellOwn(transition) });
    }
    this.isJudging = this.own !== undefined || policy.failureRate !== undefined || policy.slowCalls !== undefined;
  }

  run<T>(call: (signal: AbortSignal) => Promise<T>, options: RunOptions<T>): Promise<T> {
    const { shared, own } = this;
    if (this.isJudging) this.keepUp();
    const isPlain = shared.isLoaded && shared.isClosed() && !shared.aloneSince && (!own || own.isClosed());
    return isPlain ? this.letOut(call, options.signal) : this.runCarefully(call, options);
  }

  async state(): Promise<BreakerState> {
    const { shared } = this;
    if (!this.ports.isInsideTransaction()) await waitAtMost(this.reload(), ASK_WAIT_MS, this.ports.schedule);
    return breakerStateAt(shared.breaker, shared.nowMs());
  }

  async recordSuccess(): Promise<void> {
    if (await this.isCounting()) await this.succeeded(undefined);
  }

  async recordFailure(): Promise<void> {
    if (await this.isCounting()) await this.failed(undefined, undefined);
  }

  private async runCarefully<T>(call: (signal: AbortSignal) => Promise<T>, options: RunOptions<T>): Promise<T> {
    const { shared } = this;
    await this.loaded();
    const isUnknown = shared.aloneSince !== undefined || !shared.isLoaded;
    if (isUnknown && shared.policy.onStoreDown === 'refuse') {
      return this.refuse('store_down', ASK_WAIT_MS, options, shared.aloneSince?.error);
    }
    const hold = holdAt(shared.breaker, shared.nowMs());
    if (hold) return hold.as === 'open' ? this.refuseHeld(hold, options) : this.letOut(call, options.signal);
    if (shared.isClosed()) return this.letOutClosed(call, options);
    options.signal?.throwIfAborted();
    const permit = await this.trials.permit();
    if (permit) return this.probe(call, options, permit);
    const nowMs = shared.nowMs();
    if (breakerStateAt(shared.breaker, nowMs) === 'closed') return this.letOutClosed(call, options);
    const decision = decideBreaker({ type: 'admit', permitId: '', atMs: nowMs }, shared.breaker, shared.policy);
    if (decision.type === 'held') return this.refuseHeld(decision.hold, options); // laid while a permit was asked for
    const retryAfterMs = decision.type === 'refused' ? decision.retryAfterMs : shared.policy.probeTimeoutMs;
    return this.refuse('open', retryAfterMs, options);
  }

  /** The fleet's breaker is closed; this process's own one may not be. */
  private async letOutClosed<T>(call: (signal: AbortSignal) => Promise<T>, options: RunOptions<T>): Promise<T> {
    const { own, shared, ports } = this;
    if (!own || own.isClosed()) return this.letOut(call, options.signal);
    options.signal?.throwIfAborted();
    const admission = own.admit(ports.ids.next());
    if ('retryAfterMs' in admission) return this.refuse('own', admission.retryAfterMs, options);
    const { era, breaker } = shared;
    const endsAtMs = ports.clock.nowMs() + shared.policy.probeTimeoutMs;
    return this.probe(call, options, { era, generation: breaker.generation, own: admission.ticket, endsAtMs });
  }

  private async letOut<T>(
    call: (signal: AbortSignal) => Promise<T>,
    callersSignal: AbortSignal | undefined,
    letOut: LetOut = this.plainLetOut(),
    signal = callersSignal ?? quietSignal(),
  ): Promise<T> {
    const startedAtMs = this.isJudging ? this.ports.clock.nowMs() : 0;
    let value: T;
    try {
      value = await call(signal);
    } catch (error) {
      if (callersSignal?.aborted || !this.isFailure(error)) await this.neither(letOut);
      else await this.failed({ error }, letOut, this.since(startedAtMs));
      throw error;
    }
    const told = this.succeeded(letOut, this.since(startedAtMs));
    if (told) await told;
    return value;
  }

  private since(startedAtMs: number): number {
    return this.isJudging ? Math.max(0, this.ports.clock.nowMs() - startedAtMs) : 0;
  }

  /** What calls of the present era are let out with when they are no trials: one for all of them. */
  private plainLetOut(): LetOut {
    const { era, breaker } = this.shared;
    const { own } = this;
    if (this.plain.era !== era || this.plain.own?.generation !== own?.generation) {
      const { generation } = breaker;
      this.plain = own ? { era, generation, own: { generation: own.generation } } : { era, generation };
    }
    return this.plain;
  }

  /** A trial call: on a lease, with a signal of its own that is aborted at the lease's end. */
  private async probe<T>(
    call: (signal: AbortSignal) => Promise<T>,
    options: RunOptions<T>,
    { endsAtMs, ...given }: HeldPermit | (LetOut & { readonly endsAtMs: number }),
  ): Promise<T> {
    const { shared, ports } = this;
    const letOut: LetOut = given;
    if (options.signal?.aborted) {
      await this.neither(letOut);
      options.signal.throwIfAborted();
    }
    const controller = new AbortController();
    const passOn = () => controller.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', passOn, { once: true });
    const cancel = ports.schedule(
      () => {
        letOut.isOver = true;
        controller.abort(new ProbeTimeoutError(shared.name, shared.policy.probeTimeoutMs));
      },
      Math.max(0, endsAtMs - ports.clock.nowMs()),
    );
    try {
      return await this.letOut(call, options.signal, letOut, controller.signal);
    } finally {
      cancel();
      options.signal?.removeEventListener('abort', passOn);
    }
  }

  /** `undefined` when there is nothing to wait for. */
  private succeeded(letOut: LetOut | undefined, durationMs = 0): Promise<void> | undefined {
    const { shared } = this;
    shared.count('successes');
    if (this.isLate(letOut)) return undefined;
    if (letOut?.permitId !== undefined && this.isSlow(durationMs)) return this.slowTrial(letOut, durationMs);
    const isFirst = this.hasFailedLast;
    this.hasFailedLast = false;
    if (shared.isHeld()) return undefined;
    const tripped = this.isJudging ? this.judge(false, letOut, durationMs) : undefined;
    if (shared.isClosed() && !isFirst && !tripped && !shared.aloneSince) {
      shared.noteSuccess();
      return undefined;
    }
    const told = this.tellResult(letOut, () => ({
      type: 'settle',
      outcome: 'success',
      ...ticketOf(letOut),
      ...(tripped ? { tripped, random: this.ports.random() } : {}),
    }));
    // Written at once, but a closed breaker's caller does not wait for it.
    return shared.isClosed() ? undefined : this.written(told);
  }

  private async failed(
    failure: { readonly error: unknown } | undefined,
    letOut: LetOut | undefined,
    durationMs = 0,
  ): Promise<void> {
    const { shared } = this;
    shared.count('failures');
    if (this.isLate(letOut)) return;
    this.hasFailedLast = true;
    this.lastError = failure;
    if (shared.isHeld()) return; // what an operator holds, calls do not move
    const tripped = this.isJudging ? this.judge(true, letOut, durationMs) : undefined;
    await this.tellFailure(letOut, failure ? failureText(failure.error) : undefined, tripped);
  }

  /** A trial that came back well, but too late to say that all is well again. */
  private slowTrial(letOut: LetOut, durationMs: number): Promise<void> {
    this.hasFailedLast = true;
    this.lastError = undefined;
    return this.tellFailure(letOut, `slow: a trial call took ${Math.round(durationMs)} ms`, undefined);
  }

  private tellFailure(letOut: LetOut | undefined, cause: string | undefined, tripped: TripRule | undefined) {
    const { shared, ports } = this;
    const ownSuccessAtMs = shared.takeLastSuccess();
    const told = this.tellResult(letOut, () => ({
      type: 'settle',
      outcome: 'failure',
      ...ticketOf(letOut),
      ...(cause === undefined ? {} : { cause }),
      ...(tripped ? { tripped } : {}),
      ...(ownSuccessAtMs === undefined ? {} : { sinceOwnSuccessMs: Math.max(0, ports.clock.nowMs() - ownSuccessAtMs) }),
      random: ports.random(),
    }));
    return this.written(told);
  }

  private async neither(letOut: LetOut): Promise<void> {
    this.shared.counts.neither += 1;
    if (this.isLate(letOut)) return;
    if (letOut.own?.permitId) this.own?.settle('neither', letOut.own);
    if (!letOut.permitId) return;
    await this.written(this.tell(() => ({ type: 'settle', outcome: 'neither', ...ticketOf(letOut) })));
  }

  /** Which rule of this process finds, with a call through the closed breaker, that it should open. */
  private judge(isFailure: boolean, letOut: LetOut | undefined, durationMs: number): TripRule | undefined {
    const { shared, own, ports } = this;
    if (!shared.isClosed()) return undefined;
    this.keepUp();
    if (!own || own.isClosed()) this.windows ??= new TripWindows(shared.policy);
    const seen = { isFailure, durationMs, atMs: ports.clock.nowMs() };
    const rule = !own || own.isClosed() ? this.windows?.add(seen) : undefined;
    const isSlowTrial = letOut?.own?.permitId !== undefined && this.isSlow(durationMs);
    const tripped = own ? own.settle(isFailure || isSlowTrial ? 'failure' : 'success', letOut?.own, rule) : rule;
    if (tripped) this.windows = undefined;
    return tripped;
  }

  /** With each transition of the fleet's breaker, what this process saw before is over. */
  private keepUp(): void {
    const { era } = this.shared;
    if (this.judgedEra === era) return;
    this.judgedEra = era;
    this.windows = undefined;
    this.own?.beginAnew();
  }

  private isSlow(durationMs: number): boolean {
    const { slowCalls } = this.shared.policy;
    return slowCalls !== undefined && durationMs >= slowCalls.slowMs;
  }

  private isLate(letOut: LetOut | undefined): boolean {
    return letOut !== undefined && (letOut.isOver === true || letOut.era !== this.shared.era);
  }

  private isFailure(error: unknown): boolean {
    const { policy, name } = this.shared;
    try {
      return policy.isFailure?.(error) ?? true;
    } catch (thrown) {
      this.ports.logger.error({ breaker: name, error: thrown }, 'isFailure threw: the call counts as a failure');
      return true;
    }
  }

  /** Whether a reported outcome counts now: not while open. */
  private async isCounting(): Promise<boolean> {
    await this.loaded();
    return !this.shared.isHeld() && breakerStateAt(this.shared.breaker, this.shared.nowMs()) !== 'open';
  }

  /**
   * The row has been read, or it cannot be. Inside a transaction that is waited for only where no call may go out unless it is
   * known, and not for long: a reading waits for no transaction, but it needs a connection, which a database in memory has not.
   */
  async loaded(): Promise<void> {
    if (this.shared.isLoaded) return;
    const loading = (this.loading ??= this.reload());
    const isInside = this.ports.isInsideTransaction();
    if (isInside && this.shared.policy.onStoreDown !== 'refuse') return;
    await waitAtMost(loading, isInside ? ASK_INSIDE_WAIT_MS : ASK_WAIT_MS, this.ports.schedule);
  }

  private reload(): Promise<void> {
    return this.ports.apart(() => this.shared.load());
  }

  /**
   * Of many calls that end together, those behind the one that moved the breaker are late when their turn comes: they are not
   * written. Without the store they are counted all the same, for it to be told of them.
   */
  private tellResult(letOut: LetOut | undefined, command: () => UntimedBreakerCommand): Promise<void> {
    return this.tell(() => (!this.shared.aloneSince && this.isLate(letOut) ? undefined : command()));
  }

  private tell(command: Parameters<SharedBreaker['tell']>[0]): Promise<void> {
    return this.ports.apart(() => this.shared.tell(command));
  }

  private async written(told: Promise<void>): Promise<void> {
    if (!this.ports.isInsideTransaction()) await waitAtMost(told, TELL_WAIT_MS, this.ports.schedule);
  }

  private refuse<T>(
    reason: RefusalReason,
    retryAfterMs: number,
    { fallback }: RunOptions<T>,
    cause: unknown = this.lastError?.error ?? this.shared.breaker.lastFailure,
  ): T | Promise<T> {
    const { name, breaker, counts } = this.shared;
    counts.refused[reason] += 1;
    const state = reason === 'own' ? 'open' : breakerStateAt(breaker, this.shared.nowMs());
    const refusal = new CircuitOpenError(name, state, retryAfterMs, cause === undefined ? undefined : { cause });
    if (fallback) return fallback(refusal);
    throw refusal;
  }

  private refuseHeld<T>(hold: Hold, { fallback }: RunOptions<T>): T | Promise<T> {
    this.shared.counts.refused.held += 1;
    const refusal = new CircuitHeldError(this.shared.name, hold);
    if (fallback) return fallback(refusal);
    throw refusal;
  }
}

const ticketOf = (letOut: LetOut | undefined) => {
  if (!letOut) return {};
  const { generation, permitId } = letOut;
  return { ticket: permitId === undefined ? { generation } : { generation, permitId } };
};
