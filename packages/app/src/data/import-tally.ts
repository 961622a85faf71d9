import type { Rejection } from '@eros/domain';
import type { ImportOptions, ImportReport, RejectedRow } from '../api.js';

/** Rows listed in full in a report; all are counted. */
const LISTED = 1_000;

/** Counts what becomes of the rows of one import. */
export class ImportTally {
  private read = 0;
  private imported = 0;
  private unchanged = 0;
  private revised = 0;
  private duplicate = 0;
  private rejectedCount = 0;
  private resolvedUnknown = 0;
  private readonly rejected: RejectedRow[] = [];
  private readonly duplicates: { line: number; id: string }[] = [];
  private readonly byReason = new Map<string, number>();

  constructor(private readonly options: ImportOptions) {}

  /** Takes note of the next row and says where it stands. */
  next(row: unknown): number {
    const index = this.read;
    this.read += 1;
    const { lineOf } = this.options;
    return lineOf && typeof row === 'object' && row !== null ? lineOf(row, index) : index + 1;
  }

  reject(line: number, { reason, value }: Pick<Rejection, 'value'> & { reason: string }): void {
    this.rejectedCount += 1;
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + 1);
    if (this.rejected.length < LISTED) this.rejected.push({ line, reason, value });
  }

  repeat(line: number, id: string): void {
    this.duplicate += 1;
    if (this.duplicates.length < LISTED) this.duplicates.push({ line, id });
  }

  /** Counts rows whose batch is committed, and tells how far the import is. */
  commit(counts: { imported: number; unchanged: number; revised: number; resolvedUnknown?: number }): void {
    this.imported += counts.imported;
    this.unchanged += counts.unchanged;
    this.revised += counts.revised;
    this.resolvedUnknown += counts.resolvedUnknown ?? 0;
    this.options.onProgress?.({ read: this.read, imported: this.imported });
  }

  report(): ImportReport {
    const { read, imported, unchanged, revised, duplicate, rejected, rejectedCount, duplicates, resolvedUnknown } =
      this;
    const rejectedByReason = Object.fromEntries([...this.byReason].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      read,
      imported,
      unchanged,
      revised,
      duplicate,
      rejected,
      rejectedCount,
      rejectedByReason,
      duplicates,
      resolvedUnknown,
    };
  }
}
