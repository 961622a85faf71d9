import Table from 'cli-table3';
import { cutToWidth, displayWidth, wrapToWidth } from './display-width.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Gives way when the table is too wide: its text is wrapped. Columns that give way keep at least 12 columns. */
  readonly givesWay?: boolean;
  /** Keeps at least so many columns when it gives way. Default: 12. */
  readonly leastWidth?: number;
}

const GAP = 2;
const LEAST_WIDTH = 12;

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

/** A table without lines, at most `maxWidth` columns wide as long as the columns that do not give way fit. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  maxWidth: number,
): string {
  const widths = fittedWidths(columns, rows, maxWidth);
  const fitted = rows.map((row) => columns.map((_, i) => wrapToWidth(row[i] ?? '', widths[i] ?? 0).join('\n')));
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: widths,
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  table.push(
    columns.map(({ title }, i) => cutToWidth(title, widths[i] ?? 0)),
    widths.map((width) => '─'.repeat(width)),
    ...fitted,
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The widths that the contents want; while they are too much, the widest column that gives way gets narrower. */
function fittedWidths(columns: readonly Column[], rows: readonly (readonly string[])[], maxWidth: number): number[] {
  const widths = columns.map(({ title }, i) => {
    const lines = [title, ...rows.flatMap((row) => (row[i] ?? '').split('\n'))];
    return Math.max(1, ...lines.map(displayWidth));
  });
  const room = maxWidth - GAP * (columns.length - 1);
  for (;;) {
    const used = widths.reduce((sum, width) => sum + width, 0);
    const [widest] = columns
      .flatMap(({ givesWay, leastWidth = LEAST_WIDTH }, i) => (givesWay && (widths[i] ?? 0) > leastWidth ? [i] : []))
      .sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (used <= room || widest === undefined) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
