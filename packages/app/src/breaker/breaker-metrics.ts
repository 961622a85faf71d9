import { metrics, type BatchObservableResult } from '@opentelemetry/api';
import type { BreakerState, BreakerTransition } from '@eros/domain';

/** Why calls did not go out. */
export type RefusalReason = 'open' | 'held' | 'own' | 'store_down';

/** What a breaker counts of its calls in this process. */
export interface CallCounts {
  successes: number;
  failures: number;
  neither: number;
  readonly refused: Record<RefusalReason, number>;
}

export const noCalls = (): CallCounts => ({
  successes: 0,
  failures: 0,
  neither: 0,
  refused: { open: 0, held: 0, own: 0, store_down: 0 },
});

export interface ObservedBreaker {
  readonly name: string;
  readonly counts: CallCounts;
  readonly state: BreakerState;
  readonly trialsOut: number;
}

const STATE_VALUES = { closed: 0, half_open: 1, open: 2 } as const;

/**
 * The figures of the breakers of one process, for OpenTelemetry. Counting is plain addition: the figures are given when a
 * reader asks for them. Without a meter provider, which the host sets before it opens the engine, nothing is ever asked.
 */
export class BreakerMetrics {
  private readonly meter = metrics.getMeter('@eros/app');
  private readonly calls = this.meter.createObservableCounter('eros.breaker.calls', {
    description: 'Calls that came back, by breaker and outcome: success, failure, neither.',
  });
  private readonly refusals = this.meter.createObservableCounter('eros.breaker.refusals', {
    description: 'Calls that did not go out, by breaker and reason: open, held, own, store_down.',
  });
  private readonly states = this.meter.createObservableGauge('eros.breaker.state', {
    description: 'The state by breaker: 0 closed, 1 half-open, 2 open.',
  });
  private readonly trials = this.meter.createObservableGauge('eros.breaker.trials_out', {
    description: 'Trial calls of the fleet that are out, by breaker.',
  });
  private readonly transitions = this.meter.createCounter('eros.breaker.transitions', {
    description: 'Transitions that this process wrote, by breaker, state and cause.',
  });
  private readonly observed = [this.calls, this.refusals, this.states, this.trials];
  private readonly observe = (result: BatchObservableResult) => this.report(result);

  constructor(private readonly breakers: () => Iterable<ObservedBreaker>) {
    this.meter.addBatchObservableCallback(this.observe, this.observed);
  }

  moved({ name, to, cause }: BreakerTransition): void {
    this.transitions.add(1, { breaker: name, to, cause });
  }

  stop(): void {
    this.meter.removeBatchObservableCallback(this.observe, this.observed);
  }

  private report(result: BatchObservableResult): void {
    for (const { name: breaker, counts, state, trialsOut } of this.breakers()) {
      result.observe(this.calls, counts.successes, { breaker, outcome: 'success' });
      result.observe(this.calls, counts.failures, { breaker, outcome: 'failure' });
      result.observe(this.calls, counts.neither, { breaker, outcome: 'neither' });
      for (const [reason, count] of Object.entries(counts.refused)) {
        result.observe(this.refusals, count, { breaker, reason });
      }
      result.observe(this.states, STATE_VALUES[state], { breaker });
      result.observe(this.trials, trialsOut, { breaker });
    }
  }
}
