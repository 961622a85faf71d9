import type { CircuitBreaker } from '@eros/domain';
import { hasEndedHold, holdsInForce, openUntilMs, type BreakerChange, type Demand } from './breaker-change.js';

const MOVES: Readonly<Record<CircuitBreaker['state'], readonly string[]>> = {
  closed: ['open'],
  open: ['half_open'],
  half_open: ['closed', 'open'],
};
const ORDERS: readonly (string | undefined)[] = ['hold', 'release', 'reset'];

/** A breaker moves as it may, one generation with each change, and is tried only when its open time is over. */
export function checkMoves(change: BreakerChange, demand: Demand): void {
  const { breaker, command, nowMs } = change;
  const before = change.before ?? { state: 'closed' as const, generation: 1, held: undefined };
  const isHeld = holdsInForce(change.before, nowMs).length > 0;
  // A hold that has ended by its time is taken away by whoever comes next: that is a generation of its own.
  const moved = breaker.generation - before.generation - (hasEndedHold(change.before, nowMs) ? 1 : 0);
  if (ORDERS.includes(command?.type)) return demand(moved === 1, 'an order is one generation');
  if (moved === 0) demand(breaker.state === before.state, 'a change of state is a new generation');
  // A failure that is reported without a call, after the open time, half-opens a breaker and opens it again at once.
  else if (moved === 1) demand(MOVES[before.state].includes(breaker.state), 'a breaker moves as it may');
  else demand(moved === 2 && before.state === 'open', 'generations grow by one');
  if (moved > 0 && change.before?.state === 'open' && !isHeld)
    demand(nowMs >= openUntilMs(change.before, nowMs), 'a breaker is tried only after its open time');
}
