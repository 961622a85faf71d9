import type { MessageRow } from './api.js';
import { exportedCaptions, exportedCreators, exportedMessages } from './testing/export-rows.js';
import { openEngine, testClock } from './testing/open-engine.js';

const CREATOR = 'c-013';
const WEEK = '2026-11-02';
const NEXT_WEEK = '2026-11-09';

const isBefore = (instant: string) => (row: MessageRow) => row.sending_time < instant;

/** A planned item as the platform's export would show it a week later. */
const exportedSend = (messageId: string, at: Date, captionId: number, earnings: string): MessageRow => ({
  message_id: messageId,
  creator_id: CREATOR,
  message_type: 'ppv',
  category: 'revenue',
  content_type: 'solo',
  caption_id: captionId,
  sending_time: at.toISOString(),
  price: '19.69',
  sent_count: '6000',
  viewed_count: '2000',
  purchased_count: '8',
  earnings,
});

/** The life of a host: plan, send, report, import, measure, learn, plan again. */
it('takes a host through two weeks', async () => {
  const clock = testClock('2026-11-01T12:00:00Z');
  const { eros, close } = await openEngine({ clock });
  try {
    const messages = exportedMessages().filter((row) => row.creator_id === CREATOR);
    expect(await eros.data.importCreators(exportedCreators())).toMatchObject({ imported: 24, rejectedCount: 0 });
    expect(await eros.data.importCaptions(exportedCaptions())).toMatchObject({
      imported: 720,
      duplicate: 1,
      rejectedCount: 2,
    });
    await eros.data.importMessages(messages.filter(isBefore('2026-11-01')));

    // Plan, and plan again: one plan.
    const plan = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: WEEK });
    expect(plan.counts.revenue).toBeGreaterThan(7);
    expect(await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: WEEK })).toEqual(plan);
    await eros.schedules.setStatus(plan.templateId, 'approved');
    await expect(
      eros.schedules.replanWeek({ creatorId: CREATOR, weekStart: WEEK, why: { by: 'ops', reason: 'a test' } }),
    ).rejects.toMatchObject({ code: 'week_not_replaceable' });

    // Nothing is due before its time; then what is due comes in order.
    const ppvs = plan.items.filter(({ itemType }) => itemType === 'ppv');
    expect(await eros.schedules.due({ before: plan.items[0]?.scheduledAt ?? new Date(0) })).toEqual([]);
    clock.set('2026-11-09T07:59:59Z');
    const due = await eros.schedules.due({ before: new Date(clock.nowMs()), limit: 1_000 });
    expect(due.map(({ itemId }) => itemId)).toEqual(
      plan.items.filter(({ itemType }) => itemType !== 'ppv_followup').map(({ itemId }) => itemId),
    );

    // Sent, failed, unknown: each is reported once and never due again.
    const parents = plan.items.flatMap(({ parentItemId }) => parentItemId ?? []);
    const [first, second] = ppvs.filter(({ itemId }) => parents.includes(itemId));
    const [failed, unknown] = ppvs.filter(({ itemId }) => !parents.includes(itemId));
    if (!first || !second || !failed || !unknown) throw new Error('the plan has too few PPVs for this story');
    await eros.schedules.recordSend(first.itemId, { status: 'sent', at: first.scheduledAt, messageId: 'platform-1' });
    await eros.schedules.recordSend(first.itemId, { status: 'sent', at: first.scheduledAt });
    await eros.schedules.recordSend(second.itemId, { status: 'sent', at: second.scheduledAt, messageId: 'platform-2' });
    await eros.schedules.recordSend(failed.itemId, { status: 'failed', at: failed.scheduledAt });
    await eros.schedules.recordSend(unknown.itemId, { status: 'unknown', at: unknown.scheduledAt });
    await expect(
      eros.schedules.recordSend(first.itemId, { status: 'failed', at: first.scheduledAt }),
    ).rejects.toMatchObject({
      code: 'invalid_transition',
    });
    const dueIds = async () =>
      (await eros.schedules.due({ before: new Date(clock.nowMs()), limit: 1_000 })).map(({ itemId }) => itemId);
    for (const { itemId } of [first, second, failed, unknown]) expect(await dueIds()).not.toContain(itemId);

    // A purchase cancels the follow-up of the first PPV; that of the second is due.
    const followupOf = (parent: number) => plan.items.find(({ parentItemId }) => parentItemId === parent)?.itemId;
    expect(await dueIds()).toEqual(expect.arrayContaining([followupOf(first.itemId), followupOf(second.itemId)]));
    const purchase = {
      creatorId: CREATOR,
      ppvId: String(first.itemId),
      kind: 'purchase',
      at: first.scheduledAt,
    } as const;
    expect(await eros.followups.recordResponse(purchase)).toEqual({ cancelled: 1 });
    expect(await dueIds()).not.toContain(followupOf(first.itemId));
    expect(await dueIds()).toContain(followupOf(second.itemId));

    // Not over, then without data: nothing is measured, and no week is a week of revenue 0.
    expect(await eros.learning.measure()).toEqual({ measured: [], awaitingData: [] });
    clock.set('2026-11-11T12:00:00Z');
    expect(await eros.learning.measure()).toMatchObject({
      measured: [],
      awaitingData: [{ creatorId: CREATOR, weekStart: WEEK }],
    });

    // The next export: the week's sends, a revised one, and the proof of the unknown one.
    const revised = messages.filter(isBefore('2026-11-01')).at(-1);
    if (!revised) throw new Error('the export has no message of this creator');
    const week = messages.filter((row) => row.sending_time >= '2026-11-01' && row.sending_time < '2026-11-11');
    const proof = exportedSend(
      'platform-3',
      new Date(unknown.scheduledAt.getTime() + 90_000),
      unknown.captionId ?? 0,
      '140.00',
    );
    const report = await eros.data.importMessages([...week, { ...revised, earnings: '9999.00' }, proof]);
    expect(report).toMatchObject({ revised: 1, resolvedUnknown: 1, rejectedCount: expect.any(Number) });
    const after = await eros.schedules.get(CREATOR, WEEK);
    expect(after?.items.find(({ itemId }) => itemId === unknown.itemId)?.send).toMatchObject({
      status: 'sent',
      messageId: 'platform-3',
    });

    // Measured once, applied once.
    const { measured, awaitingData } = await eros.learning.measure();
    expect(awaitingData).toEqual([]);
    expect(measured).toHaveLength(1);
    expect(measured[0]).toMatchObject({ creatorId: CREATOR, weekStart: WEEK });
    expect(measured[0]?.actualRevenueUsd).toBeGreaterThan(100);
    expect(await eros.learning.measure()).toEqual({ measured: [], awaitingData: [] });
    expect((await eros.learning.apply()).applied).toHaveLength(1);
    expect(await eros.learning.apply()).toEqual({ applied: [] });

    // What comes after that changes no signal, but is kept.
    const late = { ...proof, earnings: '150.00' };
    const before = await eros.volumes.explain(CREATOR, WEEK);
    expect(await eros.data.importMessages([late])).toMatchObject({ revised: 1 });
    const explained = await eros.volumes.explain(CREATOR, WEEK);
    expect(explained.outcome?.revisedAfterMeasuring?.revenueUsd).toBeCloseTo(
      (measured[0]?.actualRevenueUsd ?? 0) + 10,
      6,
    );
    expect(explained.outcome?.signal).toBe(before.outcome?.signal);
    expect(explained.outcome?.applied).toEqual(before.outcome?.applied);

    // And the next week, with what was learnt.
    const next = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: NEXT_WEEK });
    expect(next.items.length).toBeGreaterThan(20);
    const status = await eros.learning.status(CREATOR);
    expect(status).toMatchObject({ creatorId: CREATOR, lastWeek: WEEK });
    expect(await eros.health()).toMatchObject({ ok: true });
  } finally {
    await close();
  }
});
