import type { Send } from './send.js';

/** The instant that the samples are counted from. */
export const START_MS = Date.UTC(2026, 4, 18, 12);
/** The n-th of a row of sends a minute apart, for contract suites. */
export const send = (n: number, changes: Partial<Send> = {}): Send => ({
  messageId: `m-${String(n).padStart(4, '0')}`,
  creatorId: 'c-1',
  messageType: 'ppv',
  category: 'revenue',
  contentType: 'solo',
  captionId: 7,
  sentAtMs: START_MS + n * 60_000,
  priceUsd: 19.69,
  sentCount: 200,
  viewedCount: 80,
  purchasedCount: 3,
  earningsUsd: 59.07,
  ...changes,
});
