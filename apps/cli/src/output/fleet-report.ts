import type { FleetReport, WeekPlan } from '@eros/app';
import { formatCount, formatUsd, NOTHING, plural } from './format.js';
import { formatTable, type Column } from './table.js';
import type { Terminal } from './terminal.js';

const COLUMNS: readonly Column[] = [
  { title: 'creator' },
  { title: 'PPV', align: 'right' },
  { title: 'engage', align: 'right' },
  { title: 'retain', align: 'right' },
  { title: 'follow-ups', align: 'right' },
  { title: 'expected', align: 'right' },
  { title: '80 % range', align: 'right' },
  { title: 'status' },
];

/** What planning many creators came to: a row for each planned week, then what failed. */
export function formatFleet(
  { weekStart, total, planned, already, failed }: FleetReport,
  plans: readonly WeekPlan[],
  { columns, colours }: Pick<Terminal, 'columns' | 'colours'>,
  leftAre = 'not begun',
): string {
  const left = total - planned.length - already.length - failed.length;
  const head = [
    `week of ${weekStart}: ${formatCount(planned.length)} of ${plural(total, 'creator')} planned`,
    ...(already.length > 0 ? [`${formatCount(already.length)} planned before`] : []),
    ...(failed.length > 0 ? [colours.red(`${formatCount(failed.length)} failed`)] : []),
    ...(left > 0 ? [`${formatCount(left)} ${leftAre}`] : []),
  ].join(', ');
  const parts = [colours.bold(head)];
  if (plans.length > 0) parts.push(formatTable(COLUMNS, [...plans.map(rowOf), totalsOf(plans)], columns));
  if (failed.length > 0) parts.push(formatFailures(failed, columns));
  return parts.join('\n\n');
}

function rowOf({ creatorId, counts, prediction, status }: WeekPlan): string[] {
  const range =
    prediction?.lowUsd === undefined ? NOTHING : `${formatUsd(prediction.lowUsd)} to ${formatUsd(prediction.highUsd)}`;
  return [
    creatorId,
    ...[counts.revenue, counts.engagement, counts.retention, counts.followups].map(formatCount),
    formatUsd(prediction?.revenueUsd),
    range,
    status,
  ];
}

function totalsOf(plans: readonly WeekPlan[]): string[] {
  const sum = (value: (plan: WeekPlan) => number): number => plans.reduce((total, plan) => total + value(plan), 0);
  return [
    'all',
    formatCount(sum(({ counts }) => counts.revenue)),
    formatCount(sum(({ counts }) => counts.engagement)),
    formatCount(sum(({ counts }) => counts.retention)),
    formatCount(sum(({ counts }) => counts.followups)),
    formatUsd(sum(({ prediction }) => prediction?.revenueUsd ?? 0)),
  ];
}

/** A row for each; a cause that several share, as a full disk, is spelt out once. */
export function formatFailures(failed: FleetReport['failed'], columns: number): string {
  const first = new Map<string, string>();
  const adviceFor = ({ creatorId, code, message }: FleetReport['failed'][number]): string => {
    const cause = `${code} ${message}`;
    const before = first.get(cause);
    if (before === undefined) first.set(cause, creatorId);
    return before === undefined ? message : `as for ${before}`;
  };
  return formatTable(
    [{ title: 'creator' }, { title: 'failed with' }, { title: 'what to do', givesWay: true }],
    failed.map((each) => [each.creatorId, each.code, adviceFor(each)]),
    columns,
  );
}
