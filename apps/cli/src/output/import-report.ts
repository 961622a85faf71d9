import path from 'node:path';
import type { FileImport } from '../csv/import-csv.js';
import { formatCount, formatDuration, plural } from './format.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';

/** Rejected rows shown to people; `--json` has the first 1,000. */
const SHOWN = 20;

const REASONS: Record<string, string> = {
  unknown_creator: 'names a creator that is not imported',
  viewed_exceeds_sent: 'viewed by more fans than it was sent to',
  negative_count: 'a count below 0',
  invalid_time: 'the time cannot be read',
  duplicate: 'the same id stands above: the first wins',
  wrong_column_count: 'more or fewer columns than the header',
};

/** Whether anything in the file was not taken. */
export const hasRejects = ({ rejectedCount, duplicate }: FileImport): boolean => rejectedCount + duplicate > 0;

/** One line for each number that is not 0. */
export function formatCounts(report: FileImport): string {
  const { read, imported, unchanged, revised, duplicate, rejectedCount, resolvedUnknown } = report;
  const counts: [number, string][] = [
    [unchanged, 'already stored, unchanged'],
    [revised, 'revised'],
    [duplicate, 'duplicate'],
    [rejectedCount, 'rejected'],
    [resolvedUnknown, 'sends of unknown outcome resolved'],
  ];
  const others = counts.flatMap(([count, what]) => (count > 0 ? [`${formatCount(count)} ${what}`] : []));
  const done = imported === 0 ? 'nothing new' : `${formatCount(imported)} imported`;
  return `${path.basename(report.file)}: ${plural(read, 'row')} read, ${[done, ...others].join(', ')}`;
}

/** What was imported, what was not, and why. */
export function formatImport(report: FileImport, { columns, colours }: Pick<Terminal, 'columns' | 'colours'>): string {
  const parts = [`${colours.bold(formatCounts(report))} (${formatDuration(report.durationMs)})`];
  if (report.isInterrupted) parts.push('Interrupted: what was imported stays. Import the same file again to go on.');
  if (hasRejects(report)) parts.push(formatReasons(report, columns), formatRejectedRows(report, columns));
  return parts.join('\n\n');
}

/** A count for each reason. */
export function formatReasons({ rejectedByReason, duplicate }: FileImport, columns: number): string {
  const reasons = { ...rejectedByReason, ...(duplicate > 0 && { duplicate }) };
  const rows = Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => [formatCount(count), reason, REASONS[reason] ?? '']);
  return formatTable(
    [{ title: 'rows', align: 'right' }, { title: 'not taken because' }, { title: 'meaning', givesWay: true }],
    rows,
    columns,
  );
}

function formatRejectedRows({ rejected, rejectedCount, duplicates, duplicate }: FileImport, columns: number): string {
  const all = [
    ...rejected.map(({ line, reason, value }) => ({ line, reason, value })),
    ...duplicates.map(({ line, id }) => ({ line, reason: 'duplicate', value: id })),
  ].sort((a, b) => a.line - b.line);
  const shown = all.slice(0, SHOWN).map(({ line, reason, value }) => [String(line), reason, value]);
  const table = formatTable(
    [{ title: 'line', align: 'right' }, { title: 'reason' }, { title: 'found', givesWay: true }],
    shown,
    columns,
  );
  const more = rejectedCount + duplicate - shown.length;
  return more > 0 ? `${table}\n... and ${formatCount(more)} more (--json lists up to 1,000)` : table;
}
