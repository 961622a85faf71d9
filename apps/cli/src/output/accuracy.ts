import type { Eros } from '@eros/app';
import { formatCount, formatDecimal, formatPct, NOTHING } from './format.js';
import { formatTable } from './table.js';
import type { Terminal } from './terminal.js';

export type AccuracyRow = Awaited<ReturnType<Eros['reports']['predictionAccuracy']>>[number];

/** How good predictions were, for each creator and for all together, beside the naive forecast: last week again. */
export function formatAccuracy(rows: readonly AccuracyRow[], { columns }: Pick<Terminal, 'columns'>): string {
  if (rows.length === 0) return 'No measured prediction yet: `eros measure` makes them.';
  const table = formatTable(
    [
      { title: 'creator' },
      { title: 'weeks', align: 'right' },
      { title: 'WAPE', align: 'right' },
      { title: 'naive', align: 'right' },
      { title: 'MASE', align: 'right' },
      { title: 'in range', align: 'right' },
      { title: 'within 25 %', align: 'right' },
      { title: 'direction', align: 'right' },
      { title: 'bias', align: 'right' },
    ],
    rows
      .filter(({ algorithmVersion }) => algorithmVersion === null)
      .sort(totalLast)
      .map((row) => [
        row.creatorId ?? 'all',
        formatCount(row.measured),
        pctOfShare(row.wape),
        pctOfShare(row.naiveWape),
        formatDecimal(row.mase),
        formatPct(row.coveragePct),
        formatPct(row.within25Pct),
        formatPct(row.directionRightPct),
        formatPct(row.biasPct),
      ]),
    columns,
  );
  return `${table}\n\n${LEGEND}`;
}

const LEGEND = `WAPE: sum of errors over sum of revenue; naive: last week’s revenue per send, for the sends sent.
MASE: our mean error over the naive one; below 1 is better than naive. In range: wanted are 80 %.`;

const pctOfShare = (share: number | null): string => (share === null ? NOTHING : formatPct(share * 100));

const totalLast = (a: AccuracyRow, b: AccuracyRow): number => {
  if (a.creatorId === null || b.creatorId === null) return Number(a.creatorId === null) - Number(b.creatorId === null);
  return a.creatorId < b.creatorId ? -1 : 1;
};
