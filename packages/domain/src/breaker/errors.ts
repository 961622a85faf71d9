import { erosErrorBrand } from '../errors.js';
import type { BreakerState } from './circuit-breaker.js';
import type { Hold } from './holds.js';

/** The breaker let no call out. `cause` is the last failure known: the error itself in the process that saw it, else its text. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  readonly code = 'circuit_open';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly breaker: string,
    /** `half_open`: the trial calls allowed are out. `closed`: its database is down and the policy refuses meanwhile. */
    readonly state: BreakerState,
    /** When asking again can help. In half-open it is the end of the first trial's lease: the answer may come sooner. */
    readonly retryAfterMs: number,
    options?: { cause: unknown },
  ) {
    super(`circuit breaker "${breaker}" lets no call out: try again in ${Math.ceil(retryAfterMs)} ms`, options);
  }
}

/** An operator holds the breaker open: no call goes out until its release, or the end of the hold. */
export class CircuitHeldError extends Error {
  override readonly name = 'CircuitHeldError';
  readonly code = 'circuit_held';
  readonly [erosErrorBrand] = true;
  readonly by: string;
  readonly reason: string;
  /** When the hold began, by the database's clock. */
  readonly since: Date;
  /** When it ends by itself; absent: not before its release. */
  readonly until: Date | undefined;

  constructor(
    readonly breaker: string,
    hold: Hold,
  ) {
    const until = hold.untilMs === undefined ? undefined : new Date(hold.untilMs);
    const end = until ? `ends at ${until.toISOString()}` : 'ends with its release';
    super(
      `circuit breaker "${breaker}" is held open by ${hold.by} (${hold.reason}): no call goes out; the hold ${end}`,
    );
    this.by = hold.by;
    this.reason = hold.reason;
    this.since = new Date(hold.sinceMs);
    this.until = until;
  }
}

/** Nobody holds the breaker: its hold has ended already, or its name is another. Nothing was written. */
export class BreakerNotHeldError extends Error {
  override readonly name = 'BreakerNotHeldError';
  readonly code = 'breaker_not_held';
  readonly [erosErrorBrand] = true;

  constructor(readonly breaker: string) {
    super(
      `nobody holds circuit breaker "${breaker}": there is nothing to release; see which are held by health() or \`eros breakers\``,
    );
  }
}

/**
 * An operator's order got no answer in time. It may have been carried out, or may still be: look before ordering again, since
 * a second release would end a colleague's hold.
 */
export class OrderUnansweredError extends Error {
  override readonly name = 'OrderUnansweredError';
  readonly code = 'order_unanswered';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly breaker: string,
    readonly order: 'hold' | 'release' | 'reset',
    /** How long an answer was waited for. */
    readonly waitedMs: number,
  ) {
    super(
      `the database did not answer to the ${order} of circuit breaker "${breaker}" within ${waitedMs} ms: it may be carried out all the same; look at health() or \`eros breakers\` before ordering again`,
    );
  }
}

/** A trial call of a half-open breaker outlived its lease: the reason its signal was aborted with. Its result is late. */
export class ProbeTimeoutError extends Error {
  override readonly name = 'ProbeTimeoutError';
  readonly code = 'probe_timeout';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly breaker: string,
    readonly probeTimeoutMs: number,
  ) {
    super(
      `trial call of circuit breaker "${breaker}" took over ${probeTimeoutMs} ms: raise probeTimeoutMs if that is normal`,
    );
  }
}

/** A stored breaker cannot be read, so nothing was decided on it. Correct or delete its row. */
export class UnreadableBreakerError extends Error {
  override readonly name = 'UnreadableBreakerError';
  readonly code = 'unreadable_breaker';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly breaker: string,
    readonly column: string,
    readonly given: string,
  ) {
    super(
      `circuit breaker "${breaker}" has ${column} ${given} in circuit_breaker_state: correct that row, or delete it`,
    );
  }
}
