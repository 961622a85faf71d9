import type { MessageRow, WeekPlan, WeekPlanItem } from '../api.js';
import type { Eros } from '../eros.js';
import { openHost } from '../testing/host.js';
import type { TestClock } from '../testing/open-engine.js';
import { query } from '../testing/query.js';
import { storedWeekViolations } from '../testing/stored-week-violations.js';

const CREATOR = 'c-014';
const WEEK = '2026-11-02';
const MINUTE_MS = 60_000;

let eros: Eros;
let clock: TestClock;
let plan: WeekPlan;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ eros, clock, close } = await openHost({ creatorIds: [CREATOR] }));
  plan = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: WEEK });
  clock.set('2026-11-09T12:00:00Z');
});
afterEach(() => close());

const dueIds = async (limit = 1_000): Promise<number[]> =>
  (await eros.schedules.due({ before: new Date(clock.nowMs()), limit })).map(({ itemId }) => itemId);
const itemOf = async (itemId: number): Promise<WeekPlanItem | undefined> =>
  (await eros.schedules.get(CREATOR, WEEK))?.items.find((item) => item.itemId === itemId);
const report = (item: WeekPlanItem, status: 'sent' | 'failed' | 'unknown', messageId?: string, at = item.scheduledAt) =>
  eros.schedules.recordSend(item.itemId, { status, at, ...(messageId === undefined ? {} : { messageId }) });
const later = (at: Date, minutes: number): Date => new Date(at.getTime() + minutes * MINUTE_MS);

/** A PPV and its follow-up. */
function pair(): { ppv: WeekPlanItem; followup: WeekPlanItem } {
  const followup = plan.items.find(({ itemType }) => itemType === 'ppv_followup');
  const ppv = plan.items.find(({ itemId }) => itemId === followup?.parentItemId);
  if (!followup || !ppv) throw new Error('a plan without follow-ups');
  return { ppv, followup };
}

/** An item as the platform's export shows it. */
const proofOf = (item: WeekPlanItem, messageId: string, minutesLater = 2): MessageRow => ({
  message_id: messageId,
  creator_id: CREATOR,
  message_type: item.itemType === 'ppv' ? 'ppv' : 'free',
  sending_time: later(item.scheduledAt, minutesLater).toISOString(),
  caption_id: item.captionId ?? null,
  content_type: item.contentType ?? null,
  price: '10',
  sent_count: '100',
  viewed_count: '40',
  purchased_count: '1',
  earnings: '10',
});

describe('the status of a week', () => {
  it('moves on and back, each move with a row in the log, and never from the end', async () => {
    const { templateId } = plan;
    const move = (to: Parameters<Eros['schedules']['setStatus']>[1]) => eros.schedules.setStatus(templateId, to);
    for (const to of ['draft', 'approved', 'generated', 'queued', 'approved', 'approved', 'completed'] as const)
      await move(to);
    await expect(move('generated')).rejects.toMatchObject({ code: 'invalid_transition', allowed: [] });
    await expect(move('gone' as 'draft')).rejects.toMatchObject({ code: 'invalid_settings' });
    await expect(eros.schedules.setStatus(99, 'approved')).rejects.toMatchObject({ code: 'unknown_week' });
    const logged = await query<{ details: string }>(
      eros,
      "SELECT event_details AS details FROM timing_operation_log WHERE event_type = 'week_status_changed' ORDER BY id",
    );
    expect(logged.map(({ details }) => (JSON.parse(details) as { to: string }).to)).toEqual([
      'draft',
      'approved',
      'generated',
      'queued',
      'approved',
      'completed',
    ]);
  });

  it('says whether its items are to be sent: neither those of a draft nor those of a completed week', async () => {
    expect(await dueIds()).not.toEqual([]);
    await eros.schedules.setStatus(plan.templateId, 'draft');
    expect(await dueIds()).toEqual([]);
    await eros.schedules.setStatus(plan.templateId, 'approved');
    expect(await dueIds(3)).toHaveLength(3);
    await eros.schedules.setStatus(plan.templateId, 'completed');
    expect(await dueIds()).toEqual([]);
  });
});

describe('due', () => {
  it('is what is scheduled before, of one creator or of all, oldest first', async () => {
    const at = plan.items[10]?.scheduledAt ?? new Date(0);
    const due = await eros.schedules.due({ before: at, creatorId: CREATOR });
    const expected = plan.items.filter((item) => item.scheduledAt < at && item.itemType !== 'ppv_followup');
    expect(due.map(({ itemId }) => itemId)).toEqual(expected.map(({ itemId }) => itemId));
    expect(due[0]).toMatchObject({ creatorId: CREATOR, templateId: plan.templateId, weekStart: WEEK });
    expect(await eros.schedules.due({ before: plan.generatedAt, creatorId: CREATOR })).toEqual([]);
    const ofNobody = eros.schedules.due({ before: at, creatorId: 'nobody' });
    await expect(ofNobody).rejects.toMatchObject({ code: 'unknown_creator' });
    for (const limit of [0, 1.5, 10_001]) {
      await expect(eros.schedules.due({ before: at, limit })).rejects.toMatchObject({ code: 'invalid_settings' });
    }
    await expect(eros.schedules.due({ before: new Date('never') })).rejects.toMatchObject({ code: 'invalid_settings' });
  });

  it('has a follow-up only once its PPV was sent, and only until it was called off', async () => {
    const { ppv, followup } = pair();
    expect(await dueIds()).not.toContain(followup.itemId);
    await report(ppv, 'failed');
    expect(await dueIds()).not.toContain(followup.itemId);
    await report(ppv, 'sent');
    expect(await dueIds()).toContain(followup.itemId);
    const reply = { creatorId: CREATOR, ppvId: String(ppv.itemId), kind: 'reply', at: ppv.scheduledAt } as const;
    expect(await eros.followups.recordResponse(reply)).toEqual({ cancelled: 1 });
    expect(await dueIds()).not.toContain(followup.itemId);
    expect(await itemOf(followup.itemId)).toMatchObject({ isCancelled: true });
  });
});

describe('recordSend', () => {
  it('keeps a follow-up with the gap to what was really sent', async () => {
    const { ppv, followup } = pair();
    await report(ppv, 'sent', 'm-1', later(ppv.scheduledAt, 3));
    await expect(report(followup, 'sent', 'm-2', ppv.scheduledAt)).rejects.toMatchObject({ code: 'invalid_settings' });
    expect(await itemOf(followup.itemId)).not.toHaveProperty('send');
    await report(followup, 'sent', 'm-2', later(ppv.scheduledAt, 60));
    const rows = await query(
      eros,
      'SELECT status, gap_minutes, is_optimal_window FROM ppv_followup_tracking WHERE parent_ppv_id = ?',
      [String(ppv.itemId)],
    );
    expect(rows).toEqual([{ status: 'sent', gap_minutes: 57, is_optimal_window: 0 }]);
  });

  it('refuses what contradicts itself', async () => {
    const [item] = plan.items;
    if (!item) throw new Error('an empty plan');
    await report(item, 'unknown', 'm-1');
    await report(item, 'sent');
    expect(await itemOf(item.itemId)).toMatchObject({ send: { status: 'sent', messageId: 'm-1' } });
    await expect(report(item, 'failed')).rejects.toMatchObject({ code: 'invalid_transition' });
    await expect(report(item, 'unknown')).rejects.toMatchObject({ code: 'invalid_transition' });
    await expect(report(item, 'sent', 'm-2')).rejects.toMatchObject({ code: 'invalid_transition' });
    await expect(report(item, 'lost' as 'sent')).rejects.toMatchObject({ code: 'invalid_settings' });
    await expect(report(item, 'sent', ' ')).rejects.toMatchObject({ code: 'invalid_settings', setting: 'messageId' });
    await expect(report(item, 'sent', 'm-1', new Date('never'))).rejects.toMatchObject({ code: 'invalid_settings' });
    await expect(eros.schedules.recordSend(0, { status: 'sent', at: new Date() })).rejects.toMatchObject({
      code: 'unknown_item',
    });
  });
});

describe('an unknown send', () => {
  it('is never due again, and proved by an imported message with its id', async () => {
    const { ppv } = pair();
    await report(ppv, 'unknown', 'm-1');
    expect(await dueIds()).not.toContain(ppv.itemId);
    const imported = await eros.data.importMessages([proofOf(ppv, 'other', 20), proofOf(ppv, 'm-1', 300)]);
    expect(imported).toMatchObject({ imported: 2, resolvedUnknown: 1 });
    expect(await itemOf(ppv.itemId)).toMatchObject({
      send: { status: 'sent', messageId: 'm-1', at: later(ppv.scheduledAt, 300) },
    });
    expect(await dueIds()).not.toContain(ppv.itemId);
  });

  it('is proved by the nearest message with its caption within two hours, and by no other', async () => {
    const [ppv, other] = plan.items.filter(({ itemType }) => itemType === 'ppv');
    if (!ppv || !other) throw new Error('a plan of one PPV');
    await report(ppv, 'unknown');
    const far = proofOf(ppv, 'far', 121);
    const foreign = { ...proofOf(ppv, 'foreign'), caption_id: other.captionId ?? null };
    expect(await eros.data.importMessages([far, foreign])).toMatchObject({ resolvedUnknown: 0 });
    expect(await itemOf(ppv.itemId)).toMatchObject({ send: { status: 'unknown' } });
    const rows = [proofOf(ppv, 'near', 90), proofOf(ppv, 'nearest', -5)];
    expect(await eros.data.importMessages(rows)).toMatchObject({ imported: 2, resolvedUnknown: 1 });
    expect(await itemOf(ppv.itemId)).toMatchObject({ send: { status: 'sent', messageId: 'nearest' } });
    expect(await eros.data.importMessages(rows)).toMatchObject({ unchanged: 2, resolvedUnknown: 0 });
  });

  it('is proved at once by a message that was there before anybody doubted', async () => {
    const { ppv, followup } = pair();
    await eros.data.importMessages([proofOf(ppv, 'm-1', 7), proofOf(followup, 'm-2')]);
    await report(ppv, 'unknown', 'm-1');
    expect(await itemOf(ppv.itemId)).toMatchObject({
      send: { status: 'sent', messageId: 'm-1', at: later(ppv.scheduledAt, 7) },
    });
    expect(await eros.data.importMessages([proofOf(ppv, 'm-1', 7)])).toMatchObject({
      unchanged: 1,
      resolvedUnknown: 0,
    });
    await report(followup, 'unknown', 'm-1');
    expect(await itemOf(followup.itemId)).toMatchObject({ send: { status: 'unknown' } });
    const told = await query<{ event_details: unknown }>(
      eros,
      "SELECT event_details FROM timing_operation_log WHERE event_type = 'item_sent'",
    );
    expect(told.filter(({ event_details }) => JSON.stringify(event_details).includes('resolvedBy'))).toHaveLength(1);
  });

  it('is not proved by a message that proves another', async () => {
    const [one, other] = plan.items.filter(({ itemType }) => itemType === 'ppv');
    if (!one || !other) throw new Error('a plan of one PPV');
    await report(one, 'sent', 'm-1');
    await query(eros, 'UPDATE schedule_items SET caption_id = ? WHERE item_id = ?', [one.captionId, other.itemId]);
    await eros.schedules.recordSend(other.itemId, { status: 'unknown', at: one.scheduledAt });
    expect(await eros.data.importMessages([proofOf(one, 'm-1')])).toMatchObject({ resolvedUnknown: 0 });
  });

  it('of a follow-up, once proved, is no longer called off by a purchase', async () => {
    const { ppv, followup } = pair();
    await report(ppv, 'sent', 'm-1');
    await report(followup, 'unknown', 'm-2');
    expect(await eros.data.importMessages([proofOf(followup, 'm-2')])).toMatchObject({ resolvedUnknown: 1 });
    const purchase = { creatorId: CREATOR, ppvId: String(ppv.itemId), kind: 'purchase', at: ppv.scheduledAt } as const;
    expect(await eros.followups.recordResponse(purchase)).toEqual({ cancelled: 0 });
    const rows = await query(eros, 'SELECT status FROM ppv_followup_tracking WHERE parent_ppv_id = ?', [
      String(ppv.itemId),
    ]);
    expect(rows).toEqual([{ status: 'sent' }]);
  });
});

it('lets captions rest that were planned, though the export does not name them', async () => {
  const rows = plan.items.map((item, i) => ({ ...proofOf(item, `m-${i}`), caption_id: 'a-uuid-of-another-system' }));
  expect(await eros.data.importMessages(rows)).toMatchObject({ imported: rows.length });
  clock.set('2026-11-15T12:00:00Z');
  await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: '2026-11-16' });
  expect(await storedWeekViolations(eros, CREATOR, 'America/New_York')).toEqual([]);
});
