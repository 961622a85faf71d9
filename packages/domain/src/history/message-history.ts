import type { Send } from './send.js';

/**
 * What was sent and what it earned. An outside dependency: a user may point it at their own warehouse, so its calls are
 * guarded by the breaker `message_history`. What is promised here is tested by `messageHistoryContract`.
 */
export interface MessageHistory {
  /** The creator's sends with fromMs <= sentAtMs < untilMs, by time and id. */
  sends(query: { creatorId: string; fromMs: number; untilMs: number }): Promise<Send[]>;

  /** The latest send of this creator, or of anybody when no creator is named; `undefined` without any. */
  latestSentAtMs(creatorId?: string): Promise<number | undefined>;
}
