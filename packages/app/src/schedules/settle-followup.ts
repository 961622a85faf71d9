import {
  decideFollowup,
  evolveFollowup,
  InvalidSettingsError,
  type DuePlanItem,
  type FollowupStore,
  type RecordedSend,
  type ScheduleStore,
  type Transaction,
} from '@eros/domain';

interface SettlePorts {
  readonly schedules: Pick<ScheduleStore, 'item'>;
  readonly followups: FollowupStore;
}

/**
 * A follow-up item that went out: its row in `ppv_followup_tracking` says so too, with the gap to the send of its PPV, and
 * nothing calls it off any more.
 *
 * @throws {InvalidSettingsError} for a follow-up that was sent before its PPV.
 */
export async function settleFollowup(
  { schedules, followups }: SettlePorts,
  { creatorId, parentItemId }: DuePlanItem,
  send: RecordedSend,
  tx: Transaction,
): Promise<void> {
  if (send.status !== 'sent' || parentItemId === undefined) return;
  const parent = await schedules.item(parentItemId, tx);
  for (const { followupId, followup } of await followups.ofParent(
    { creatorId, parentPpvId: String(parentItemId) },
    tx,
  )) {
    const parentMs = parent?.send?.atMs ?? followup.parentMs;
    if (send.atMs < parentMs) {
      const given = `${new Date(send.atMs).toISOString()}, before its PPV`;
      throw new InvalidSettingsError('at', given, `an instant from ${new Date(parentMs).toISOString()} on`);
    }
    const decision = decideFollowup({ type: 'record', parentMs, followupMs: send.atMs }, followup);
    if (decision.type === 'refused') continue; // called off or recorded before
    await followups.close(followupId, decision.events.reduce(evolveFollowup, followup), tx);
  }
}
