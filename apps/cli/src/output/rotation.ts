import type { Eros } from '@eros/app';
import { formatFacts } from './facts.js';
import { formatInstant } from './format.js';

export type Rotation = NonNullable<Awaited<ReturnType<Eros['rotations']['get']>>>;

/** A creator's pattern, its state and what it deals. */
export function formatRotation(
  { creatorId, state, pattern, shares, patternStart, daysOnPattern, position, adjustments }: Rotation,
  columns: number,
): string {
  const { sequence_type: order, cycle_length_days: days, avoid_repeat_within: w } = pattern;
  const dealt = Object.entries(shares).map(([type, share]) => `${type} ${Math.round(share * 100)} %`);
  const lines: [string, string][] = [
    ['state', state],
    ['order', order],
    ['content types', dealt.join(', ')],
    ['no repeat within', w > 1 ? `${w} slots` : 'no rule'],
    ['day', `${daysOnPattern} of ${days}, begun ${formatInstant(patternStart)}`],
    ['slots taken', String(position)],
    ...adjustments.map((adjustment): [string, string] => ['not as stored', JSON.stringify(adjustment)]),
  ];
  return formatFacts(creatorId, lines, columns);
}
