import type { Send } from '../history/index.js';
import { HOUR_MS } from '../time/index.js';

/** An item whose send is `unknown`, as reconciliation sees it. */
export interface UnknownSend {
  readonly itemId: number;
  readonly creatorId: string;
  readonly captionId: number | undefined;
  readonly atMs: number;
  readonly messageId: string | undefined;
}

/** How far apart the report and the platform's own time may lie when only the caption tells which message it is. */
export const RECONCILE_WITHIN_MS = 2 * HOUR_MS;

/**
 * Finds the imported message that proves an `unknown` send: the one with its id, else the nearest one of the same creator and
 * caption within two hours. A message proves one item only. Items without proof stay unknown.
 */
export function reconcileUnknown(
  unknowns: readonly UnknownSend[],
  imported: readonly Send[],
): { itemId: number; messageId: string; atMs: number }[] {
  const taken = new Set<string>();
  const resolved: { itemId: number; messageId: string; atMs: number }[] = [];
  const take = (itemId: number, { messageId, sentAtMs }: Send) => {
    taken.add(messageId);
    resolved.push({ itemId, messageId, atMs: sentAtMs });
  };
  for (const unknown of unknowns.filter(({ messageId }) => messageId !== undefined)) {
    const proof = imported.find(({ messageId }) => messageId === unknown.messageId);
    if (proof && !taken.has(proof.messageId)) take(unknown.itemId, proof);
  }
  for (const unknown of unknowns.filter(
    ({ messageId, captionId }) => messageId === undefined && captionId !== undefined,
  )) {
    const distance = ({ sentAtMs }: Send) => Math.abs(sentAtMs - unknown.atMs);
    const [nearest] = imported
      .filter((send) => send.creatorId === unknown.creatorId && send.captionId === unknown.captionId)
      .filter((send) => !taken.has(send.messageId) && distance(send) <= RECONCILE_WITHIN_MS)
      .sort((a, b) => distance(a) - distance(b) || (a.messageId < b.messageId ? -1 : 1));
    if (nearest) take(unknown.itemId, nearest);
  }
  return resolved;
}
