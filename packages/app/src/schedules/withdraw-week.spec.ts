import type { Eros, WeekPlan } from '../index.js';
import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { storedWeekViolations } from '../testing/stored-week-violations.js';
import { until } from '../testing/until.js';

const CREATOR = 'c-014';
const [FIRST, SECOND] = ['2026-11-02', '2026-11-09'];
const why = { by: 'dana', reason: 'planned by mistake' };

async function openPlanned() {
  const host = await openHost({ creatorIds: [CREATOR] });
  await host.eros.start();
  const plan = (weekStart: string) => host.eros.schedules.planWeek({ creatorId: CREATOR, weekStart });
  await plan(FIRST);
  const before = await picture(host.eros);
  await plan(SECOND);
  return { ...host, plan, before };
}

/** All that plans leave, without ids, times of writing and what only tells that something happened. */
async function picture(eros: Eros) {
  const rows = (sql: string) => query(eros, sql);
  return {
    templates: await rows(
      'SELECT week_start, status, total_items, projected_earnings, slots_from, slots_to, notes, saga_id FROM schedule_templates ORDER BY 1',
    ),
    items: await rows(
      `SELECT i.scheduled_at, i.item_type, i.caption_id, i.caption_text, i.suggested_price, i.content_type, i.structure, i.slot_position,
         i.status, i.send_status, p.scheduled_at AS parent_at
       FROM schedule_items i LEFT JOIN schedule_items p ON p.item_id = i.parent_item_id ORDER BY 1, 2`,
    ),
    followups: await rows(
      "SELECT parent_time, followup_time FROM ppv_followup_tracking WHERE status = 'planned' ORDER BY 1",
    ),
    predictions: await rows(
      'SELECT week_start_date, predicted_weekly_revenue FROM volume_predictions WHERE superseded_at IS NULL ORDER BY 1',
    ),
    position: (await eros.rotations.get(CREATOR))?.position,
  };
}

async function sagaOf(eros: Eros, { templateId }: WeekPlan): Promise<string> {
  const sql = 'SELECT saga_id FROM schedule_templates WHERE template_id = ?';
  const [row] = await query<{ saga_id: string }>(eros, sql, [templateId]);
  return row?.saga_id ?? '';
}

/** Rolls a saga back and waits until that is done, or until it is parked. */
async function rollBack(eros: Eros, sagaId: string) {
  await eros.sagas.rollBack(sagaId, why);
  return settled(eros, sagaId);
}

async function settled(eros: Eros, sagaId: string) {
  const look = async () => {
    const saga = await eros.sagas.get(sagaId);
    if (!saga) throw new Error(`no saga ${sagaId}`);
    return saga;
  };
  return until(look, ({ status, stuck }) => status === 'rolled_back' || Boolean(stuck));
}

it('takes a planned week back, whole, so that it can be planned anew', async () => {
  const { eros, plan, before, close } = await openPlanned();
  try {
    const second = await plan(SECOND);
    const planned = await picture(eros);
    expect(second.counts.followups).toBeGreaterThan(0);
    expect((await rollBack(eros, await sagaOf(eros, second))).status).toBe('rolled_back');
    expect(await picture(eros)).toEqual(before);
    expect(await eros.schedules.get(CREATOR, SECOND)).toBeUndefined();
    await expect(eros.volumes.explain(CREATOR, SECOND)).rejects.toMatchObject({ code: 'unknown_week' });
    expect(await storedWeekViolations(eros, CREATOR, 'America/New_York')).toEqual([]);
    const logged = await query<{ event_details: string }>(
      eros,
      "SELECT event_details FROM timing_operation_log WHERE event_type = 'week_withdrawn'",
    );
    expect(logged).toHaveLength(1);
    const again = await plan(SECOND);
    expect(again.templateId).not.toBe(second.templateId);
    const { templates, ...rest } = await picture(eros);
    const { templates: _other, ...wanted } = planned;
    expect(rest).toEqual(wanted);
    expect(templates).toHaveLength(2);
  } finally {
    await close();
  }
});

it('puts back the week that was replaced', async () => {
  const { eros, plan, clock, close } = await openPlanned();
  try {
    const planned = await picture(eros);
    const explained = await eros.volumes.explain(CREATOR, SECOND);
    clock.set('2026-11-01T13:00:00Z');
    await query(eros, 'UPDATE creators SET current_active_fans = ? WHERE creator_id = ?', [30_000, CREATOR]);
    const replaced = await eros.schedules.replanWeek({ creatorId: CREATOR, weekStart: SECOND, why });
    expect((await picture(eros)).items).not.toEqual(planned.items);
    expect((await rollBack(eros, await sagaOf(eros, replaced))).status).toBe('rolled_back');
    expect(await picture(eros)).toEqual(planned);
    expect((await eros.volumes.explain(CREATOR, SECOND)).decision).toEqual(explained.decision);
    // And the plan that stands there again can be taken back by its own saga.
    const restored = await plan(SECOND);
    expect(restored.replacedCount).toBe(2);
    await rollBack(eros, await sagaOf(eros, restored));
    expect(await eros.schedules.get(CREATOR, SECOND)).toBeUndefined();
  } finally {
    await close();
  }
});

it('leaves a week alone that was planned again since', async () => {
  const { eros, plan, close } = await openPlanned();
  try {
    const first = await sagaOf(eros, await plan(SECOND));
    await eros.schedules.replanWeek({ creatorId: CREATOR, weekStart: SECOND, why });
    const now = await picture(eros);
    expect((await rollBack(eros, first)).status).toBe('rolled_back');
    expect(await picture(eros)).toEqual(now);
  } finally {
    await close();
  }
});

it.each([
  [[0, 1], undefined],
  [[1, 0], undefined],
  [[0, 2], 1],
  [[2, 0], 1],
  [[1, 2], 0],
  [[2, 1], 0],
  [[1, 0, 2], undefined],
  [[0, 1, 2], undefined],
  [[2, 1, 0], undefined],
] as const)(
  'leaves, of plans that replaced one another, the last that was not rolled back: %j',
  async (undone, left) => {
    const { eros, plan, before, close } = await openPlanned();
    try {
      const pictures = [await picture(eros)];
      const sagaIds = [await sagaOf(eros, await plan(SECOND))];
      // As many as there are: two of them, or three.
      for (let i = 1; i <= Math.max(...undone); i += 1) {
        await query(eros, 'UPDATE creators SET current_active_fans = ? WHERE creator_id = ?', [i * 20_000, CREATOR]);
        const replaced = await eros.schedules.replanWeek({ creatorId: CREATOR, weekStart: SECOND, why });
        pictures.push(await picture(eros));
        sagaIds.push(await sagaOf(eros, replaced));
      }
      for (const each of undone) expect((await rollBack(eros, sagaIds[each] ?? '')).status).toBe('rolled_back');
      expect(await picture(eros)).toEqual(left === undefined ? before : pictures[left]);
    } finally {
      await close();
    }
  },
);

it('keeps the slots of an earlier week when later ones have taken more', async () => {
  const { eros, plan, close } = await openPlanned();
  try {
    const { position } = await picture(eros);
    await rollBack(eros, await sagaOf(eros, await plan(FIRST)));
    expect(await eros.schedules.get(CREATOR, FIRST)).toBeUndefined();
    expect((await picture(eros)).position).toBe(position);
  } finally {
    await close();
  }
});

it('parks at an approved week until somebody takes the approval back', async () => {
  const { eros, plan, before, close } = await openPlanned();
  try {
    const second = await plan(SECOND);
    await eros.schedules.setStatus(second.templateId, 'approved');
    const sagaId = await sagaOf(eros, second);
    const approved = await picture(eros);
    expect(await rollBack(eros, sagaId)).toMatchObject({ status: 'compensating', stuck: true });
    expect(await picture(eros)).toEqual(approved);
    await eros.schedules.setStatus(second.templateId, 'generated');
    await eros.sagas.retryStep(sagaId, 'persist', why);
    for (let saga = await eros.sagas.get(sagaId); saga?.status !== 'rolled_back'; saga = await eros.sagas.get(sagaId)) {
      await new Promise((resume) => setTimeout(resume, 20));
    }
    expect(await picture(eros)).toEqual(before);
  } finally {
    await close();
  }
});
