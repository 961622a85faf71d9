import type { CircuitHeldError, CircuitOpenError } from '@eros/domain';

export interface RunOptions<T> {
  /** Answers instead of the call when the breaker refuses it. The call's own errors pass through. */
  readonly fallback?: (refusal: CircuitOpenError | CircuitHeldError) => T | Promise<T>;
  /** The caller's cancellation. A call that fails after it was aborted counts as neither success nor failure. */
  readonly signal?: AbortSignal;
}
