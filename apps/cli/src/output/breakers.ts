import type { BreakerHealth, BreakerTransition } from '@eros/app';
import { formatCount, formatInstant, formatPct } from './format.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';
import { visible } from './visible.js';

type Paper = Pick<Terminal, 'columns' | 'colours'>;

/** A row for each breaker. */
export function formatBreakers(breakers: readonly BreakerHealth[], { columns, colours }: Paper): string {
  if (breakers.length === 0)
    return 'No breaker yet: one appears with its first failure, or the first flush of its calls.';
  const paint = { closed: colours.green, half_open: colours.yellow, open: colours.red, unreadable: colours.red };
  return formatTable(
    [
      { title: 'breaker' },
      { title: 'state' },
      { title: 'for min', align: 'right' },
      { title: 'failures', align: 'right' },
      { title: 'lately ok', align: 'right' },
      { title: 'last failure' },
      { title: 'with', givesWay: true },
    ],
    breakers.map((each) => [
      visible(each.name),
      paint[each.state](each.holds.length > 0 ? `held ${each.state}` : each.state),
      formatCount(each.minutesInState),
      formatCount(each.failureCount),
      each.recentCalls === 0
        ? 'no calls'
        : `${formatPct(each.recentSuccessRatePct)} of ${formatCount(each.recentCalls)}`,
      formatInstant(each.lastFailureAtMs),
      visible(each.problem ?? each.lastFailure ?? ''),
    ]),
    columns,
  );
}

/** One breaker: its holds, and its latest transitions, oldest first. */
export function formatBreaker(
  health: BreakerHealth,
  history: readonly BreakerTransition[],
  { columns, colours }: Paper,
): string {
  const { name, state, holds, failureCount, lastFailure, openUntilMs } = health;
  const head = `${visible(name)}: ${holds.length > 0 ? `held ${state}` : state}, ${formatCount(failureCount)} failures in a row`;
  const facts = [
    ...holds.map(
      ({ as, by, reason, sinceMs, untilMs }) =>
        `held ${as} by ${by} since ${formatInstant(sinceMs)}, ${untilMs === undefined ? 'until its release' : `until ${formatInstant(untilMs)}`}: ${reason}`,
    ),
    ...(openUntilMs === undefined ? [] : [`tries again at ${formatInstant(openUntilMs)}`]),
    ...(lastFailure === undefined ? [] : [`last failure: ${lastFailure}`]),
  ];
  if (history.length === 0) return [colours.bold(head), ...facts.map(visible), 'No transition yet.'].join('\n');
  const table = formatTable(
    [
      { title: 'when' },
      { title: 'from' },
      { title: 'to' },
      { title: 'cause' },
      { title: 'by' },
      { title: 'reason', givesWay: true },
    ],
    history.map(({ atMs, from, to, cause, by, node, reason }) => [
      formatInstant(atMs),
      from,
      to,
      cause,
      visible(by ?? node ?? ''),
      visible(reason ?? ''),
    ]),
    columns,
  );
  return [colours.bold(head), ...facts.map(visible), '', table].join('\n');
}
