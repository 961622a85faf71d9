import type { AppliedSignal, LearningStatus, MeasuredWeek, MeasureReport } from '@eros/app';
import {
  formatCount,
  formatDecimal,
  formatInstant,
  formatPct,
  formatSigned,
  formatStep,
  formatUsd,
  NOTHING,
  plural,
} from './format.js';
import { formatFacts } from './facts.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';

type Paper = Pick<Terminal, 'columns' | 'colours'>;

/** Weeks that were measured, then those whose data is not there. */
export function formatMeasured({ measured, awaitingData }: MeasureReport, { columns, colours }: Paper): string {
  if (measured.length + awaitingData.length === 0) return 'No planned week is over and unmeasured.';
  const parts = [
    colours.bold(`${plural(measured.length, 'week')} measured, ${formatCount(awaitingData.length)} awaiting data`),
  ];
  if (measured.length > 0) parts.push(formatWeeks(measured, columns));
  if (awaitingData.length > 0) parts.push(formatAwaiting(awaitingData, columns));
  return parts.join('\n\n');
}

/** One row for each week and reason: a fleet waits for one import. */
function formatAwaiting(awaiting: MeasureReport['awaitingData'], columns: number): string {
  const groups = new Map<string, { weekStart: string; reason: string; creatorIds: string[] }>();
  for (const { creatorId, weekStart, reason } of awaiting) {
    const key = `${weekStart} ${reason}`;
    const group = groups.get(key) ?? { weekStart, reason, creatorIds: [] };
    group.creatorIds.push(creatorId);
    groups.set(key, group);
  }
  const table = formatTable(
    [{ title: 'week' }, { title: 'creators', givesWay: true }, { title: 'awaits', givesWay: true }],
    [...groups.values()].map(({ weekStart, creatorIds, reason }) => [weekStart, creatorIds.join(' '), reason]),
    columns,
  );
  return `${table}\n\nImport what is missing, or give your word with --complete-through.`;
}

function formatWeeks(measured: readonly MeasuredWeek[], columns: number): string {
  return formatTable(
    [
      { title: 'creator' },
      { title: 'week' },
      { title: 'expected', align: 'right' },
      { title: 'came', align: 'right' },
      { title: 'off by', align: 'right' },
      { title: 'outcome' },
      { title: 'evidence' },
      { title: 'signal', align: 'right' },
      { title: 'confidence', align: 'right' },
    ],
    measured.map((week) => [
      week.creatorId,
      week.weekStart,
      formatUsd(week.predictedRevenueUsd),
      formatUsd(week.actualRevenueUsd),
      formatPct(week.revenueErrorPct),
      week.classification,
      week.evidence,
      formatSigned(week.signal),
      formatDecimal(week.confidence),
    ]),
    columns,
  );
}

/** What each signal did to the volume. */
export function formatApplied(applied: readonly AppliedSignal[], { columns, colours }: Paper): string {
  if (applied.length === 0) return 'Nothing to apply: every signal has been applied. `eros measure` makes new ones.';
  const table = formatTable(
    [
      { title: 'creator' },
      { title: 'week' },
      { title: 'signal', align: 'right' },
      { title: 'sends a day before', align: 'right' },
      { title: 'after', align: 'right' },
      { title: 'held by' },
    ],
    applied.map(({ creatorId, weekStart, signal, offsetBefore, offsetAfter, guard }) => [
      creatorId,
      weekStart,
      formatSigned(signal),
      formatStep(offsetBefore),
      formatStep(offsetAfter),
      guard === 'none' ? '' : guard,
    ]),
    columns,
  );
  return `${colours.bold(`${plural(applied.length, 'signal')} applied`)}\n\n${table}`;
}

/** What is known of one creator's best volume. */
export function formatLearning(status: LearningStatus, columns: number): string {
  const { frozen, posterior } = status;
  const best = posterior ? bestVolumeOf(posterior) : NOTHING;
  const lines: [string, string][] = [
    ['offset', `${formatStep(status.offset)} revenue sends a day, added to what is computed`],
    ['last step held by', status.guard ?? NOTHING],
    ['signal', `${formatSigned(status.signal)} (-1: send less, 1: send more)`],
    ['confidence', formatDecimal(status.confidence)],
    ['best volume', best],
    ['weeks learnt', `${formatCount(status.weeksLearnt)}${status.lastWeek ? `, the last of ${status.lastWeek}` : ''}`],
    ['frozen', frozen ? `since ${formatInstant(frozen.at)} by ${frozen.by}: ${frozen.reason}` : 'no'],
  ];
  return formatFacts(status.creatorId, lines, columns);
}

function bestVolumeOf({ centre, step, weights }: NonNullable<LearningStatus['posterior']>): string {
  const volumes = weights.map((_, i) => centre + (i - (weights.length - 1) / 2) * step);
  const quantile = (share: number): number => {
    let left = share;
    const index = weights.findIndex((weight) => (left -= weight) <= 0);
    return Math.max(0, volumes[index === -1 ? volumes.length - 1 : index] ?? centre);
  };
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => quantile(share).toFixed(1));
  return `about ${middle} revenue sends a day (80 %: ${low} to ${high})`;
}
