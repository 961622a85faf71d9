import {
  recordSend,
  type DuePlanItem,
  type FollowupStore,
  type OperationLog,
  type ScheduleStore,
  type Transaction,
} from '@eros/domain';
import { settleFollowup } from './settle-followup.js';

interface ResolvePorts {
  readonly schedules: ScheduleStore;
  readonly followups: FollowupStore;
  readonly operations: OperationLog;
}

/** The message that an `unknown` item went out as after all. */
export interface Proof {
  readonly itemId: number;
  readonly messageId: string;
  readonly atMs: number;
}

/**
 * Settles an `unknown` send: the item was sent, as that message.
 *
 * @returns false when the message proves another item: then the item stays unknown.
 */
export async function resolveUnknown(
  ports: ResolvePorts,
  { itemId, messageId, atMs }: Proof,
  nowMs: number,
  tx: Transaction,
): Promise<boolean> {
  const { schedules, operations } = ports;
  const item = await schedules.item(itemId, tx);
  if (!item) throw new Error(`bug: no item ${itemId}`);
  // A message proves one item only, also when it is imported again.
  const proved = await schedules.itemOfMessage(item.creatorId, messageId, tx);
  if (proved && proved.itemId !== itemId) return false;
  const send = recordSend(itemId, item.send, { status: 'sent', atMs, messageId });
  await schedules.saveSend(itemId, send, tx);
  if (await isBehindItsParent(ports, item, atMs, tx)) await settleFollowup(ports, item, send, tx);
  const details = { itemId, status: 'sent', messageId, resolvedBy: 'import' };
  await operations.append({ type: 'item_sent', creatorId: item.creatorId, atMs: nowMs, details }, tx);
  return true;
}

/** The platform's clock is what it is: a follow-up that seems to be sent before its PPV has no gap to record. */
async function isBehindItsParent(
  { schedules }: ResolvePorts,
  { parentItemId }: DuePlanItem,
  atMs: number,
  tx: Transaction,
): Promise<boolean> {
  if (parentItemId === undefined) return true;
  const parent = await schedules.item(parentItemId, tx);
  return parent === undefined || atMs >= (parent.send?.atMs ?? parent.scheduledAtMs);
}
