import fc from 'fast-check';
import type { Send } from '../history/index.js';
import { reconcileUnknown, RECONCILE_WITHIN_MS } from './reconcile-unknown.js';
import { recordSend, type RecordedSend, type SendStatus } from './send-ledger.js';
import { assertStatusMove, TEMPLATE_STATUSES } from './template-status.js';

const entry = (status: SendStatus, messageId?: string): RecordedSend => ({ status, atMs: 1, messageId });

describe('send ledger', () => {
  it.each([
    ['sent', 'failed'],
    ['sent', 'unknown'],
    ['failed', 'failed'],
  ] as const)('handles %s then %s', (before, report) => {
    const attempt = () => recordSend(7, entry(before), entry(report));
    if (before === report) expect(attempt()).toEqual(entry(before));
    else expect(attempt).toThrow(/item 7 is sent/);
  });

  it('resolves an unknown send by a report and keeps its message id', () => {
    expect(recordSend(7, entry('unknown', 'm-1'), entry('sent'))).toEqual(entry('sent', 'm-1'));
    expect(recordSend(7, entry('unknown', 'm-1'), entry('failed', 'm-2'))).toEqual(entry('failed', 'm-2'));
    expect(() => recordSend(7, entry('sent', 'm-1'), entry('sent', 'm-2'))).toThrow(/message m-1/);
  });

  it('never takes back a sent item, whatever is reported', () => {
    const report = fc.record({
      status: fc.constantFrom<SendStatus>('sent', 'failed', 'unknown'),
      atMs: fc.nat(),
      messageId: fc.constantFrom(undefined, 'm-1', 'm-2'),
    });
    const property = fc.property(fc.array(report, { maxLength: 8 }), (reports) => {
      let now: RecordedSend | undefined;
      let wasSent = false;
      for (const each of reports) {
        try {
          now = recordSend(7, now, each);
        } catch {
          continue; // refused: nothing changes
        }
        wasSent ||= now.status === 'sent';
        if (wasSent) expect(now.status).toBe('sent');
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

describe('reconciling unknown sends', () => {
  const message = (messageId: string, sentAtMs: number, captionId = 5): Send => ({
    messageId,
    creatorId: 'c-1',
    messageType: 'ppv',
    category: 'revenue',
    contentType: 'solo',
    captionId,
    sentAtMs,
    priceUsd: 10,
    sentCount: 1,
    viewedCount: 0,
    purchasedCount: 0,
    earningsUsd: 0,
  });
  const unknown = (itemId: number, atMs: number, messageId?: string) => ({
    itemId,
    creatorId: 'c-1',
    captionId: 5,
    atMs,
    messageId,
  });

  it('goes by the message id, then by caption and the nearest time', () => {
    const resolved = reconcileUnknown(
      [unknown(1, 1_000, 'm-9'), unknown(2, 5_000), unknown(3, 5_000)],
      [message('m-9', 90_000_000), message('m-1', 4_000), message('m-2', 5_500), message('m-3', 5_000, 6)],
    );
    expect(resolved).toEqual([
      { itemId: 1, messageId: 'm-9', atMs: 90_000_000 },
      { itemId: 2, messageId: 'm-2', atMs: 5_500 },
      { itemId: 3, messageId: 'm-1', atMs: 4_000 },
    ]);
  });

  it('leaves unknown what nothing near proves', () => {
    expect(reconcileUnknown([unknown(1, 0)], [message('m-1', RECONCILE_WITHIN_MS + 1)])).toEqual([]);
    expect(reconcileUnknown([{ ...unknown(1, 0), captionId: undefined }], [message('m-1', 0)])).toEqual([]);
    expect(reconcileUnknown([{ ...unknown(1, 0), creatorId: 'c-2' }], [message('m-1', 0)])).toEqual([]);
  });
});

describe('template status', () => {
  it('never leaves completed, and names the moves allowed', () => {
    for (const to of TEMPLATE_STATUSES.filter((status) => status !== 'completed')) {
      expect(() => assertStatusMove(7, 'completed', to)).toThrow(/week template 7 is completed/);
    }
    expect(() => assertStatusMove(7, 'queued', 'draft')).toThrow(/week template 7 is queued/);
    expect(() => assertStatusMove(7, 'generated', 'approved')).not.toThrow();
  });
});
