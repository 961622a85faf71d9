import type { BreakerHealth } from '@eros/domain';

/** What is wrong with each of them, and what to do: in what they guard, with who holds them, or in the table. */
export function describeUnhealthy(unhealthy: readonly BreakerHealth[]): string {
  const readable = unhealthy.filter(({ problem }) => problem === undefined);
  const failing = readable.filter(({ holds }) => holds.length === 0).map(standing);
  const held = readable.flatMap((breaker) => holdOf(breaker) ?? []);
  const problems = unhealthy.flatMap(({ problem }) => problem ?? []);
  const advice = 'look after what they guard; they try again by themselves';
  return [...(failing.length > 0 ? [`${failing.join(', ')}: ${advice}`] : []), ...held, ...problems].join('; ');
}

function standing({ name, state, lastFailure, recentCalls, recentSuccessRatePct }: BreakerHealth): string {
  const lately = state === 'closed' ? `, with ${recentSuccessRatePct} % of ${recentCalls} calls well lately` : '';
  return `${name} is ${state}${lately}${lastFailure ? ` (${lastFailure})` : ''}`;
}

/** It does not try again by itself, and what it guards may be well. */
function holdOf({ name, state, holds }: BreakerHealth): string | undefined {
  const hold = holds.at(-1);
  if (!hold) return undefined;
  const { by, reason, untilMs } = hold;
  const until = untilMs === undefined ? '' : ` until ${new Date(untilMs).toISOString()}`;
  return `${name} is held ${state} by ${by}${until} (${reason}): release it when that is over`;
}
