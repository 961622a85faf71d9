import { InvalidTransitionError } from '../rotation/errors.js';

/**
 * What became of a planned item. `unknown`: nobody can tell whether it went out (a timeout after the call): it is never sent
 * again, only resolved - by an imported message, or by an operator who has looked.
 */
export type SendStatus = 'sent' | 'failed' | 'unknown';

/** One entry of the send ledger. */
export interface RecordedSend {
  readonly status: SendStatus;
  readonly atMs: number;
  /** The platform's id, by which an import finds it again. */
  readonly messageId: string | undefined;
}

const MOVES: Record<SendStatus, readonly SendStatus[]> = {
  sent: [],
  failed: ['sent', 'unknown'],
  unknown: ['sent', 'failed'],
};

/**
 * The ledger entry after a report. The same report twice changes nothing; an `unknown` keeps the message id it had when the
 * report brings none.
 *
 * @throws {InvalidTransitionError} for a report that contradicts what is known: what was sent stays sent.
 */
export function recordSend(itemId: number, before: RecordedSend | undefined, report: RecordedSend): RecordedSend {
  if (before === undefined) return report;
  if (before.status === report.status) {
    const isSame =
      report.messageId === undefined || before.messageId === undefined || report.messageId === before.messageId;
    if (!isSame) {
      throw new InvalidTransitionError(
        `item ${itemId}`,
        `${before.status} as message ${before.messageId}`,
        `${report.status} as message ${report.messageId}`,
        MOVES[before.status],
      );
    }
    return { ...before, messageId: before.messageId ?? report.messageId };
  }
  if (!MOVES[before.status].includes(report.status)) {
    throw new InvalidTransitionError(`item ${itemId}`, before.status, report.status, MOVES[before.status]);
  }
  return { ...report, messageId: report.messageId ?? before.messageId };
}
