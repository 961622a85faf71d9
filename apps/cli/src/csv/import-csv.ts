import { statSync } from 'node:fs';
import path from 'node:path';
import type { ImportOptions, ImportReport, RejectedRow } from '@eros/app';
import { startProgress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';
import type { CsvShape } from './csv-shape.js';
import { readCsv, type CsvRow, type UnreadableRow } from './read-csv.js';

/** What importing one file came to. */
export interface FileImport extends ImportReport {
  readonly file: string;
  readonly durationMs: number;
  /** Ctrl-C came before the end of the file. */
  readonly isInterrupted: boolean;
}

export interface CsvImport {
  readonly file: string;
  readonly shape: CsvShape;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Hands the rows to the engine. */
  readonly importRows: (rows: AsyncIterable<object>, options: ImportOptions) => Promise<ImportReport>;
}

/** In full in a report; the rest only count. */
const REJECTED_MAX = 1_000;

/** Imports a CSV file, row by row, with the lines of the file in the report. */
export async function importCsv({ file, shape, terminal, signal, importRows }: CsvImport): Promise<FileImport> {
  const startedMs = performance.now();
  const lines = new WeakMap<object, number>();
  const unreadable: UnreadableRow[] = [];
  let rowCount = 0;
  const progress = startProgress(terminal, {
    label: path.basename(file),
    total: statSync(file, { throwIfNoEntry: false })?.size ?? 0,
    unit: 'rows',
    countOf: () => rowCount,
  });
  async function* rows(): AsyncGenerator<CsvRow> {
    const reading = {
      shape,
      onBytes: progress.update,
      onUnreadable: (row: UnreadableRow) => void unreadable.push(row),
    };
    for await (const { row, line } of readCsv(file, reading)) {
      if (signal.aborted) return;
      rowCount += 1;
      lines.set(row, line);
      yield row;
    }
  }
  try {
    const report = await importRows(rows(), { signal, lineOf: (row, index) => lines.get(row) ?? index });
    return {
      ...withUnreadable(report, unreadable),
      file,
      durationMs: Math.round(performance.now() - startedMs),
      isInterrupted: signal.aborted,
    };
  } finally {
    progress.stop();
  }
}

/** Rows that never were rows for the engine are rejected rows for the reader of the report. */
export function withUnreadable(report: ImportReport, unreadable: readonly UnreadableRow[]): ImportReport {
  if (unreadable.length === 0) return report;
  const rejected: RejectedRow[] = [...report.rejected, ...unreadable].sort((a, b) => a.line - b.line);
  return {
    ...report,
    read: report.read + unreadable.length,
    rejected: rejected.slice(0, REJECTED_MAX),
    rejectedCount: report.rejectedCount + unreadable.length,
    rejectedByReason: { ...report.rejectedByReason, wrong_column_count: unreadable.length },
  };
}
