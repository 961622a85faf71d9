import type { BreakerHealth } from '@eros/app';
import { formatCount, formatInstant, formatPct } from './format.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';

/** A row for each breaker. */
export function formatBreakers(
  breakers: readonly BreakerHealth[],
  { columns, colours }: Pick<Terminal, 'columns' | 'colours'>,
): string {
  if (breakers.length === 0)
    return 'No breaker yet: one appears with its first failure, or the first flush of its calls.';
  const paint = { closed: colours.green, half_open: colours.yellow, open: colours.red };
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
      each.name,
      paint[each.state](each.state),
      formatCount(each.minutesInState),
      formatCount(each.failureCount),
      each.recentCalls === 0
        ? 'no calls'
        : `${formatPct(each.recentSuccessRatePct)} of ${formatCount(each.recentCalls)}`,
      formatInstant(each.lastFailureAtMs),
      each.lastFailure ?? '',
    ]),
    columns,
  );
}
