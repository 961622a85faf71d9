import { setMaxListeners } from 'node:events';
import {
  breakerStateAt,
  CircuitOpenError,
  decideBreaker,
  ProbeTimeoutError,
  type BreakerState,
  type Ids,
  type Logger,
} from '@eros/domain';
import { failureText } from './failure-text.js';
import type { RunOptions } from './run-options.js';
import { waitAtMost, type Schedule } from './schedule.js';
import type { SharedBreaker } from './shared-breaker.js';

/** A caller waits this long for what it told to be written. Source: spec, section 4. */
const TELL_WAIT_MS = 50;
/** And this long for the database's answer where it cannot go on without: the first use of a name, and a trial's permit. */
const ASK_WAIT_MS = 1_000;

export interface GuardedBreakerPorts {
  readonly ids: Ids;
  readonly clock: { nowMs(): number };
  readonly logger: Logger;
  readonly schedule: Schedule;
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
  /** A trial's lease has ended: its result is late. */
  isOver?: boolean;
}

interface HeldPermit {
  readonly permitId: string;
  readonly era: number;
  readonly generation: number;
  readonly endsAtMs: number;
}

// A controller for each call would cost more than the breaker: calls without a caller's signal share this one.
const neverAborted = new AbortController().signal;
setMaxListeners(0, neverAborted);

/** Guards calls by one breaker. A call through the closed breaker waits for nothing but itself. */
export class GuardedBreaker {
  private hasFailedLast = false;
  private lastError: { readonly error: unknown } | undefined;
  private loading: Promise<void> | undefined;
  private plain: LetOut = { era: -1, generation: 0 };
  private asking = 0;
  /** Permits that came when their caller could wait no longer: the next trials go out with them. */
  private spare: HeldPermit[] = [];

  constructor(
    readonly shared: SharedBreaker,
    private readonly ports: GuardedBreakerPorts,
  ) {}

  run<T>(call: (signal: AbortSignal) => Promise<T>, options: RunOptions<T>): Promise<T> {
    const { shared } = this;
    const isPlain = shared.isLoaded && shared.isClosed() && !shared.aloneSince;
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
      return this.refuse(ASK_WAIT_MS, options, shared.aloneSince?.error);
    }
    if (shared.isClosed()) return this.letOut(call, options.signal);
    options.signal?.throwIfAborted();
    const permit = await this.permit();
    if (permit) return this.probe(call, options, permit);
    if (shared.isClosed()) return this.letOut(call, options.signal);
    const decision = decideBreaker(
      { type: 'admit', permitId: '', atMs: shared.nowMs() },
      shared.breaker,
      shared.policy,
    );
    return this.refuse(decision.type === 'refused' ? decision.retryAfterMs : shared.policy.probeTimeoutMs, options);
  }

  private async letOut<T>(
    call: (signal: AbortSignal) => Promise<T>,
    callersSignal: AbortSignal | undefined,
    letOut: LetOut = this.plainLetOut(),
    signal = callersSignal ?? neverAborted,
  ): Promise<T> {
    let value: T;
    try {
      value = await call(signal);
    } catch (error) {
      if (callersSignal?.aborted || !this.isFailure(error)) await this.neither(letOut);
      else await this.failed({ error }, letOut);
      throw error;
    }
    const told = this.succeeded(letOut);
    if (told) await told;
    return value;
  }

  /** What calls of the present era are let out with when they are no trials: one for all of them. */
  private plainLetOut(): LetOut {
    const { era, breaker } = this.shared;
    if (this.plain.era !== era) this.plain = { era, generation: breaker.generation };
    return this.plain;
  }

  /** A trial call: on a lease, with a signal of its own that is aborted at the lease's end. */
  private async probe<T>(
    call: (signal: AbortSignal) => Promise<T>,
    options: RunOptions<T>,
    { permitId, era, generation, endsAtMs }: HeldPermit,
  ): Promise<T> {
    const { shared, ports } = this;
    const letOut: LetOut = { era, generation, permitId };
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

  /** A permit for a trial call, if this process can have one now. */
  private async permit(): Promise<HeldPermit | undefined> {
    const { shared, ports } = this;
    const spare = this.takeSpare();
    if (spare) return spare;
    const { policy } = shared;
    const decision = decideBreaker({ type: 'admit', permitId: '', atMs: shared.nowMs() }, shared.breaker, policy);
    // Refused by what is known here, or as many are asking already as could go out: no need to ask the database.
    if (decision.type === 'refused' || this.asking >= policy.probeLimit) return undefined;
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
      await this.tell(() => {
        endsAtMs = ports.clock.nowMs() + shared.policy.probeTimeoutMs;
        return { type: 'admit', permitId };
      });
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

  /** `undefined` when there is nothing to wait for. */
  private succeeded(letOut: LetOut | undefined): Promise<void> | undefined {
    const { shared } = this;
    shared.count('successes');
    if (this.isLate(letOut)) return undefined;
    const isFirst = this.hasFailedLast;
    this.hasFailedLast = false;
    if (shared.isClosed() && !isFirst && !shared.aloneSince) {
      shared.noteSuccess();
      return undefined;
    }
    const told = this.tell(() => ({ type: 'settle', outcome: 'success', ...ticketOf(letOut) }));
    // Written at once, but a closed breaker's caller does not wait for it.
    return shared.isClosed() ? undefined : this.written(told);
  }

  private async failed(failure: { readonly error: unknown } | undefined, letOut: LetOut | undefined): Promise<void> {
    const { shared, ports } = this;
    shared.count('failures');
    if (this.isLate(letOut)) return;
    this.hasFailedLast = true;
    this.lastError = failure;
    const ownSuccessAtMs = shared.takeLastSuccess();
    const cause = failure ? { cause: failureText(failure.error) } : {};
    const told = this.tell(() => ({
      type: 'settle',
      outcome: 'failure',
      ...ticketOf(letOut),
      ...cause,
      ...(ownSuccessAtMs === undefined ? {} : { sinceOwnSuccessMs: Math.max(0, ports.clock.nowMs() - ownSuccessAtMs) }),
    }));
    await this.written(told);
  }

  private async neither(letOut: LetOut): Promise<void> {
    if (!letOut.permitId || this.isLate(letOut)) return;
    await this.written(this.tell(() => ({ type: 'settle', outcome: 'neither', ...ticketOf(letOut) })));
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
    return breakerStateAt(this.shared.breaker, this.shared.nowMs()) !== 'open';
  }

  private async loaded(): Promise<void> {
    if (this.shared.isLoaded) return;
    const loading = (this.loading ??= this.reload());
    if (!this.ports.isInsideTransaction()) await waitAtMost(loading, ASK_WAIT_MS, this.ports.schedule);
  }

  private reload(): Promise<void> {
    return this.ports.apart(() => this.shared.load());
  }

  private tell(command: Parameters<SharedBreaker['tell']>[0]): Promise<void> {
    return this.ports.apart(() => this.shared.tell(command));
  }

  private async written(told: Promise<void>): Promise<void> {
    if (!this.ports.isInsideTransaction()) await waitAtMost(told, TELL_WAIT_MS, this.ports.schedule);
  }

  private refuse<T>(
    retryAfterMs: number,
    { fallback }: RunOptions<T>,
    cause: unknown = this.lastError?.error ?? this.shared.breaker.lastFailure,
  ): T | Promise<T> {
    const { name, breaker } = this.shared;
    const state = breakerStateAt(breaker, this.shared.nowMs());
    const refusal = new CircuitOpenError(name, state, retryAfterMs, cause === undefined ? undefined : { cause });
    if (fallback) return fallback(refusal);
    throw refusal;
  }
}

const ticketOf = (letOut: LetOut | undefined) => {
  if (!letOut) return {};
  const { generation, permitId } = letOut;
  return { ticket: permitId === undefined ? { generation } : { generation, permitId } };
};
