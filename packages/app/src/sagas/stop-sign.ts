/**
 * Tells works to stop, once. What an AbortController does, for our own code: a saga makes a few of these for each step, and Node takes
 * longer for a controller than the step's rules do.
 */
export class StopSign {
  private given: { readonly reason: unknown } | undefined;
  private heeding: Set<() => void> | undefined;

  get isGiven(): boolean {
    return this.given !== undefined;
  }

  /** Why, once it is given. */
  get reason(): unknown {
    return this.given?.reason;
  }

  /** Only the first reason counts. */
  give(reason?: unknown): void {
    if (this.given) return;
    this.given = { reason };
    const heeding = [...(this.heeding ?? [])];
    this.heeding = undefined;
    for (const stop of heeding) stop();
  }

  /** Calls `stop` when the sign is given; never, if it has been already. The answer calls it off. */
  heed(stop: () => void): () => void {
    this.heeding ??= new Set();
    this.heeding.add(stop);
    return () => void this.heeding?.delete(stop);
  }
}
