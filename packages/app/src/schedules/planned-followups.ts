import type { Followup, FollowupStore, StoredFollowup, StoredWeek, Transaction, WeekDraft, Why } from '@eros/domain';

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

/** The follow-ups that were called off with a week which comes back: its items have other ids now. */
export async function putBackFollowups(
  { followups }: FollowupPorts,
  calledOff: readonly StoredFollowup[],
  newIdOf: ReadonlyMap<number, number>,
  atMs: number,
  tx: Transaction,
): Promise<StoredFollowup[]> {
  const putBack = calledOff.map(({ followup }): Followup => {
    const { creatorId, parentPpvId, parentMs, followupMs, ppvType, plannedMs } = followup;
    const parentItemId = newIdOf.get(Number(parentPpvId));
    if (parentItemId === undefined)
      throw new Error(`bug: the follow-up of item ${parentPpvId}, which is not of the week`);
    return {
      status: 'planned',
      ...{ creatorId, parentPpvId: String(parentItemId), parentMs, followupMs, ppvType },
      ...(plannedMs === undefined ? {} : { plannedMs }),
    };
  });
  return insertAll(followups, putBack, atMs, tx);
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
  const tracked: Followup[] = [];
  for (const { parent, scheduledAtMs, structure } of items) {
    const parentItem = parent === undefined ? undefined : items[parent];
    if (parent === undefined || !parentItem || structure === undefined) continue;
    tracked.push({
      status: 'planned',
      creatorId,
      parentPpvId: String(itemIds[parent]),
      parentMs: parentItem.scheduledAtMs,
      followupMs: scheduledAtMs,
      ppvType: structure,
      plannedMs: scheduledAtMs,
    });
  }
  return insertAll(followups, tracked, atMs, tx);
}

async function insertAll(
  store: FollowupStore,
  followups: readonly Followup[],
  atMs: number,
  tx: Transaction,
): Promise<StoredFollowup[]> {
  const ids = await store.insertAll(followups, atMs, tx);
  return followups.map((followup, index) => ({ followupId: ids[index] as number, followup }));
}
