import { erosErrorBrand } from '../errors.js';
import type { BreakerState } from './circuit-breaker.js';

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
