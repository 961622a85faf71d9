import type { Hold, UntimedBreakerCommand } from '@eros/domain';
import { holdsInForce, isSame, openUntilMs, type BreakerChange, type Demand } from './breaker-change.js';

/** Holds are those that were ordered, and what is under them stands still. */
export function checkHolds(change: BreakerChange, demand: Demand): void {
  const { before, breaker, command, nowMs } = change;
  const held = holdsInForce(before, nowMs);
  const expected = ordered(held, command);
  demand(namesOf(breaker.held?.holds) === namesOf(expected), 'holds are those that operators ordered');
  if (command?.type === 'reset') {
    const { state, failureCount, successCount, reopenings } = breaker;
    return demand(
      state === 'closed' && failureCount + successCount + reopenings === 0,
      'a reset leaves a closed breaker that has seen nothing',
    );
  }
  if (before && (held.length > 0 || command?.type === 'hold'))
    demand(isSame(before, breaker), 'what operators hold, calls do not move');
  const isFree = before?.held !== undefined && expected.length === 0;
  if (!isFree || before.state !== 'open' || breaker.state !== 'open' || breaker.reopenings !== before.reopenings)
    return;
  demand(breaker.openUntilMs === openUntilMs(before, nowMs), 'after a hold as much open time is left as before it');
}

/** An operator has one hold; whoever has none lets go of the one that decides. */
function ordered(held: readonly Hold[], command: UntimedBreakerCommand | undefined): readonly Hold[] {
  if (command?.type !== 'hold' && command?.type !== 'release') return held;
  const { by } = command;
  const own = held.findIndex((hold) => hold.by === by);
  if (command.type === 'release') return held.filter((_, i) => i !== (own < 0 ? held.length - 1 : own));
  const { as, reason, untilMs } = command;
  return [...held.filter((_, i) => i !== own), { as, by, reason, untilMs, sinceMs: 0 }];
}

const namesOf = (holds: readonly Hold[] | undefined): string =>
  (holds ?? []).map(({ as, by, untilMs }) => `${as} by ${by} until ${untilMs}`).join(', ');
