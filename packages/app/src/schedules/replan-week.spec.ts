import { createEros } from '../create-eros.js';
import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { storedWeekViolations } from '../testing/stored-week-violations.js';

const CREATOR = 'c-014';
const [FIRST, SECOND] = ['2026-11-02', '2026-11-09'];
const why = { by: 'dana', reason: 'more captions came in' };
const zone = 'America/New_York';

interface Slots {
  week_start: string;
  slots_from: number;
  slots_to: number;
  replaced_count: number;
}

async function openPlanned() {
  const host = await openHost({ creatorIds: [CREATOR] });
  const { eros } = host;
  const first = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: FIRST });
  const second = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: SECOND });
  const slots = async () => query<Slots>(eros, 'SELECT * FROM schedule_templates ORDER BY week_start');
  const replan = (weekStart: string) => eros.schedules.replanWeek({ creatorId: CREATOR, weekStart, why });
  return { ...host, first, second, slots, replan };
}

it('begins the last planned week at its first slot again', async () => {
  const { eros, second, slots, replan, close, clock } = await openPlanned();
  try {
    const [before1, before2] = await slots();
    clock.set('2026-11-01T13:00:00Z');
    const again = await replan(SECOND);
    expect(again).toMatchObject({ templateId: second.templateId, replacedCount: 1, status: 'generated' });
    // The same is known: the same is planned.
    expect(again.items.map(({ scheduledAt, captionId }) => [scheduledAt, captionId])).toEqual(
      second.items.map(({ scheduledAt, captionId }) => [scheduledAt, captionId]),
    );
    const [after1, after2] = await slots();
    expect(after1).toEqual(before1);
    expect(after2).toMatchObject({ slots_from: before2?.slots_from, slots_to: before2?.slots_to, replaced_count: 1 });
    expect((await eros.rotations.get(CREATOR))?.position).toBe(after2?.slots_to);
    expect(await storedWeekViolations(eros, CREATOR, zone)).toEqual([]);
  } finally {
    await close();
  }
});

it('leaves an earlier week its slots and takes more from the end', async () => {
  const { eros, first, slots, replan, close } = await openPlanned();
  try {
    const [before1, before2] = await slots();
    const fans = 30_000; // more fans, more sends
    await query(eros, 'UPDATE creators SET current_active_fans = ? WHERE creator_id = ?', [fans, CREATOR]);
    const again = await replan(FIRST);
    expect(again.counts.revenue).toBeGreaterThanOrEqual(first.counts.revenue);
    const [after1, after2] = await slots();
    expect(after1).toMatchObject({ slots_from: before1?.slots_from, slots_to: before1?.slots_to });
    expect(after2).toEqual(before2);
    const positions = await query<{ at: number }>(
      eros,
      "SELECT slot_position AS at FROM schedule_items WHERE template_id = ? AND item_type = 'ppv' ORDER BY at",
      [first.templateId],
    );
    const { position } = (await eros.rotations.get(CREATOR)) ?? { position: 0 };
    for (const { at } of positions) {
      const isOwn = at >= (before1?.slots_from ?? 0) && at < (before1?.slots_to ?? 0);
      const isMore = at >= (before2?.slots_to ?? 0) && at < position;
      expect(isOwn || isMore).toBe(true);
    }
    expect(await storedWeekViolations(eros, CREATOR, zone)).toEqual([]);
  } finally {
    await close();
  }
});

it('supersedes the prediction, calls the old follow-ups off and says so', async () => {
  const { eros, second, replan, close } = await openPlanned();
  try {
    const planned = second.counts.followups;
    expect(planned).toBeGreaterThan(0);
    const again = await replan(SECOND);
    const predictions = await query<{ superseded_at: string | null }>(
      eros,
      'SELECT superseded_at FROM volume_predictions WHERE week_start_date = ? ORDER BY prediction_id',
      [SECOND],
    );
    expect(predictions).toEqual([{ superseded_at: '2026-11-01T12:00:00.000Z' }, { superseded_at: null }]);
    const cancelled = await query(
      eros,
      "SELECT DISTINCT cancelled_at, cancelled_by, cancel_reason FROM ppv_followup_tracking WHERE status = 'cancelled'",
    );
    expect(cancelled).toEqual([
      { cancelled_at: '2026-11-01T12:00:00.000Z', cancelled_by: 'dana', cancel_reason: 'more captions came in' },
    ]);
    const logged = await query(
      eros,
      "SELECT event_type, count(*) AS rows FROM timing_operation_log WHERE event_type IN ('week_replanned', 'followup_cancelled') GROUP BY 1 ORDER BY 1",
    );
    expect(logged).toEqual([
      { event_type: 'followup_cancelled', rows: planned },
      { event_type: 'week_replanned', rows: 1 },
    ]);
    // What is tracked as planned is what the stored weeks hold.
    const tracked = await query<{ parent: string; at: string }>(
      eros,
      "SELECT parent_ppv_id AS parent, followup_time AS at FROM ppv_followup_tracking WHERE status = 'planned' ORDER BY at",
    );
    const held = await query(
      eros,
      "SELECT CAST(parent_item_id AS TEXT) AS parent, scheduled_at AS at FROM schedule_items WHERE item_type = 'ppv_followup' ORDER BY at",
    );
    expect(tracked).toEqual(held);
    expect(again.counts.followups).toBeGreaterThan(0);
  } finally {
    await close();
  }
});

it('replans once for all callers of one round, of two engines', async () => {
  const { eros, database, clock, slots, close } = await openPlanned();
  const other = await createEros({ database, clock });
  try {
    const request = { creatorId: CREATOR, weekStart: SECOND, why };
    const plans = await Promise.all([eros, other, eros, other].map(({ schedules }) => schedules.replanWeek(request)));
    expect(plans.every(({ replacedCount }) => replacedCount === 1)).toBe(true);
    expect((await slots())[1]?.replaced_count).toBe(1);
    expect((await eros.schedules.replanWeek(request)).replacedCount).toBe(2);
  } finally {
    await other.close();
    await close();
  }
});

it('refuses weeks that were never planned, approved or partly sent', async () => {
  const { eros, first, second, replan, close } = await openPlanned();
  try {
    await expect(replan('2026-11-16')).rejects.toMatchObject({ code: 'unknown_week' });
    await expect(eros.schedules.replanWeek({ creatorId: 'nobody', weekStart: FIRST, why })).rejects.toMatchObject({
      code: 'unknown_creator',
    });
    const blank = eros.schedules.replanWeek({ creatorId: CREATOR, weekStart: FIRST, why: { by: '', reason: '' } });
    await expect(blank).rejects.toMatchObject({ code: 'invalid_settings' });

    await eros.schedules.setStatus(second.templateId, 'approved');
    await expect(replan(SECOND)).rejects.toMatchObject({ code: 'week_not_replaceable' });
    // Taken back, it may be replanned again.
    await eros.schedules.setStatus(second.templateId, 'generated');
    expect(await replan(SECOND)).toMatchObject({ replacedCount: 1 });

    const [item] = first.items;
    if (!item) throw new Error('an empty week');
    await eros.schedules.recordSend(item.itemId, { status: 'failed', at: item.scheduledAt });
    await eros.schedules.recordSend(item.itemId, { status: 'unknown', at: item.scheduledAt });
    await expect(replan(FIRST)).rejects.toMatchObject({ code: 'week_not_replaceable' });
    await eros.schedules.recordSend(item.itemId, { status: 'failed', at: item.scheduledAt });
    expect(await replan(FIRST)).toMatchObject({ replacedCount: 1 });
  } finally {
    await close();
  }
});
