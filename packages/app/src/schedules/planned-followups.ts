import type { FollowupStore, StoredFollowup, StoredWeek, Transaction, WeekDraft, Why } from '@eros/domain';

interface FollowupPorts {
  readonly followups: FollowupStore;
}

/** The follow-ups of a week that is planned again will not go out. Gives back those that were still to. */
export async function callOffFollowups(
  { followups }: FollowupPorts,
  { items, creatorId }: StoredWeek,
  { by, reason }: Why,
  atMs: number,
  tx: Transaction,
): Promise<StoredFollowup[]> {
  const calledOff: StoredFollowup[] = [];
  const parents = new Set(items.flatMap(({ parentItemId }) => parentItemId ?? []));
  for (const parentItemId of parents) {
    for (const stored of await followups.ofParent({ creatorId, parentPpvId: String(parentItemId) }, tx)) {
      if (stored.followup.status !== 'planned') continue;
      const followup = { ...stored.followup, status: 'cancelled', cancellation: { atMs, by, reason } } as const;
      await followups.close(stored.followupId, followup, tx);
      calledOff.push({ ...stored, followup });
    }
  }
  return calledOff;
}

/** Writes the follow-ups of a draft to `ppv_followup_tracking`. */
export async function trackFollowups(
  { followups }: FollowupPorts,
  creatorId: string,
  { items }: WeekDraft,
  itemIds: readonly number[],
  atMs: number,
  tx: Transaction,
): Promise<StoredFollowup[]> {
  const tracked: StoredFollowup[] = [];
  for (const { parent, scheduledAtMs, structure } of items) {
    const parentItem = parent === undefined ? undefined : items[parent];
    if (parent === undefined || !parentItem || structure === undefined) continue;
    const followup = {
      status: 'planned',
      creatorId,
      parentPpvId: String(itemIds[parent]),
      parentMs: parentItem.scheduledAtMs,
      followupMs: scheduledAtMs,
      ppvType: structure,
      plannedMs: scheduledAtMs,
    } as const;
    tracked.push({ followupId: await followups.insert(followup, atMs, tx), followup });
  }
  return tracked;
}
