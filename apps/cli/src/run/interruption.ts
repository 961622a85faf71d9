/** A wish to stop, by Ctrl-C or SIGTERM. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What listening needs of the process; a test hands in its own. */
export interface SignalSource {
  on(event: (typeof SIGNALS)[number], listener: () => void): unknown;
  off(event: (typeof SIGNALS)[number], listener: () => void): unknown;
}

/**
 * Listens for Ctrl-C and SIGTERM. The first one aborts the signal, so that the work ends after the row or creator in hand;
 * the second one calls `leave`.
 */
export function watchInterruption(source: SignalSource, onFirst: () => void, leave: () => void): Interruption {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) return leave();
    controller.abort();
    onFirst();
  };
  for (const signal of SIGNALS) source.on(signal, listener);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of SIGNALS) source.off(signal, listener);
    },
  };
}
