import { accept, type BreakerDecision, type LayHold, type Release } from './breaker-command.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { isOver, withHold, withoutHoldOf, type Hold } from './holds.js';

export function decideHold(command: LayHold, breaker: CircuitBreaker): BreakerDecision {
  const { as, by, reason, untilMs, atMs } = command;
  const hold: Hold = { as, by, reason, sinceMs: atMs, untilMs };
  if (isOver(hold, atMs)) return { type: 'hold_over' };
  return accept({ type: 'held', holds: withHold(breaker.held?.holds ?? [], hold), hold, atMs });
}

export function decideRelease({ by, reason, atMs }: Release, breaker: CircuitBreaker): BreakerDecision {
  if (!breaker.held) return { type: 'not_held' };
  return accept({ type: 'released', holds: withoutHoldOf(breaker.held.holds, by), by, reason, atMs });
}
