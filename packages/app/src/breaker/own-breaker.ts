import {
  eventsOf,
  newCircuitBreaker,
  stepBreaker,
  transitionsOf,
  type BreakerCommand,
  type BreakerDecision,
  type BreakerPolicy,
  type BreakerTransition,
  type CallOutcome,
  type CircuitBreaker,
  type Ticket,
  type TripRule,
} from '@eros/domain';

export interface OwnBreakerPorts {
  readonly clock: { nowMs(): number };
  readonly random: () => number;
  readonly node: string;
  /** Hears what this process does for itself. */
  tell(transition: BreakerTransition): void;
}

/**
 * The breaker of one process, where a quorum decides for the fleet: by the same machine it opens on what this process
 * sees, with its own open time and its own trials, and lets the fleet be. Each opening is a vote.
 */
export class OwnBreaker {
  private breaker: CircuitBreaker;
  private readonly policy: BreakerPolicy;

  constructor(
    private readonly name: string,
    policy: BreakerPolicy,
    private readonly ports: OwnBreakerPorts,
  ) {
    this.policy = { ...policy, quorum: 1 };
    this.breaker = newCircuitBreaker(ports.clock.nowMs());
  }

  get generation(): number {
    return this.breaker.generation;
  }

  isClosed(): boolean {
    return this.breaker.state === 'closed';
  }

  /** A ticket for a trial, or how long until there may be one. */
  admit(permitId: string): { readonly ticket: Ticket } | { readonly retryAfterMs: number } {
    const decision = this.dispatch({ type: 'admit', permitId, atMs: this.ports.clock.nowMs() });
    if (decision.type === 'refused') return { retryAfterMs: decision.retryAfterMs };
    return { ticket: { generation: this.generation, permitId } };
  }

  /** Takes an outcome in; the rule by which this process now finds that the breaker should open, if it does. */
  settle(outcome: CallOutcome, ticket: Ticket | undefined, tripped?: TripRule): TripRule | undefined {
    const decision = this.dispatch({
      type: 'settle',
      outcome,
      ...(ticket ? { ticket } : {}),
      ...(tripped ? { tripped } : {}),
      random: this.ports.random(),
      atMs: this.ports.clock.nowMs(),
    });
    const opened = eventsOf(decision).find((event) => event.type === 'opened');
    if (!opened) return undefined;
    const { cause } = opened;
    return cause === 'failure_rate' || cause === 'slow_calls' ? cause : 'failures_in_a_row';
  }

  /** The fleet has decided: what this process found before is over. */
  beginAnew(): void {
    const { generation } = this.breaker;
    this.breaker = { ...newCircuitBreaker(this.ports.clock.nowMs()), generation: generation + 1 };
  }

  private dispatch(command: BreakerCommand): BreakerDecision {
    const before = this.breaker;
    const { decision, breaker } = stepBreaker(command, before, this.policy);
    this.breaker = breaker;
    for (const transition of transitionsOf(this.name, before, eventsOf(decision), this.ports.node)) {
      this.ports.tell(transition);
    }
    return decision;
  }
}
