import { unreachable } from '../unreachable.js';
import type { BreakerEvent, OpeningCause } from './breaker-event.js';
import { evolve, lastState, type BreakerState, type CircuitBreaker } from './circuit-breaker.js';

export type TransitionCause =
  OpeningCause | 'cooldown_over' | 'trials_succeeded' | 'hold' | 'release' | 'hold_over' | 'reset';

/** One change of a breaker's state, or of what its state is due to. Each leads to the next generation. */
export interface BreakerTransition {
  readonly name: string;
  /** The generation that it leads to. */
  readonly generation: number;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly atMs: number;
  /** The process that wrote it. */
  readonly node: string | undefined;
  readonly cause: TransitionCause;
  /** The operator, where one did it. */
  readonly by: string | undefined;
  /** What the operator gave as the reason; of an opening, what the last failure said of itself. */
  readonly reason: string | undefined;
}

/** The transitions that events make, in their order. */
export function transitionsOf(
  name: string,
  before: CircuitBreaker,
  events: readonly BreakerEvent[],
  node?: string,
): BreakerTransition[] {
  const transitions: BreakerTransition[] = [];
  let breaker = before;
  for (const event of events) {
    const after = evolve(breaker, event);
    const told = toldBy(event, breaker);
    if (told) {
      const { generation, sinceMs: atMs } = after;
      transitions.push({ name, generation, from: lastState(breaker), to: lastState(after), atMs, node, ...told });
    }
    breaker = after;
  }
  return transitions;
}

function toldBy(
  event: BreakerEvent,
  before: CircuitBreaker,
): Pick<BreakerTransition, 'cause' | 'by' | 'reason'> | undefined {
  switch (event.type) {
    case 'opened':
      return { cause: event.cause, by: undefined, reason: before.lastFailure };
    case 'half_opened':
      return { cause: 'cooldown_over', by: undefined, reason: undefined };
    case 'closed':
      return { cause: 'trials_succeeded', by: undefined, reason: undefined };
    case 'held':
      return { cause: 'hold', by: event.hold.by, reason: event.hold.reason };
    case 'released':
      return { cause: event.by === undefined ? 'hold_over' : 'release', by: event.by, reason: event.reason };
    case 'reset':
      return { cause: 'reset', by: event.by, reason: event.reason };
    case 'successes_counted':
    case 'failures_counted':
    case 'voted':
    case 'permit_granted':
    case 'permit_returned':
      return undefined;
    default:
      return unreachable(event);
  }
}
