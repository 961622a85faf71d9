import type { WeekPlan } from '../api.js';
import { createEros } from '../create-eros.js';
import type { ErosError } from '../testing/eros-error.js';
import { exportOf, openHost } from '../testing/host.js';
import { openEngine, testClock } from '../testing/open-engine.js';
import { query } from '../testing/query.js';

const CREATOR = 'c-001';
const WEEK = '2026-11-02';
const REQUEST = { creatorId: CREATOR, weekStart: WEEK };

/** A plan without the ids and instants of its storing. */
const contentOf = ({ items, counts, notes, prediction }: WeekPlan) => ({
  items: items.map(({ itemId: _id, parentItemId: _parent, ...item }) => item),
  ...{ counts, notes, prediction },
});

describe('planWeek', () => {
  it('plans a week once: 10 callers of two engines at once get the same plan', async () => {
    const { eros, database, clock, close } = await openHost({ creatorIds: [CREATOR] });
    const other = await createEros({ database, clock });
    try {
      const plans = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? eros : other).schedules.planWeek(REQUEST)),
      );
      for (const plan of plans) expect(plan).toEqual(plans[0]);
      expect(await eros.schedules.planWeek(REQUEST)).toEqual(plans[0]);
      for (const table of ['schedule_templates', 'volume_predictions', 'volume_calculation_log']) {
        expect(await query(eros, `SELECT count(*) AS rows FROM ${table}`)).toEqual([{ rows: 1 }]);
      }
      const [{ rows } = { rows: 0 }] = await query<{ rows: number }>(
        eros,
        'SELECT count(*) AS rows FROM schedule_items',
      );
      expect(rows).toBe(plans[0]?.items.length);
    } finally {
      await other.close();
      await close();
    }
  });

  it('gives the same plan for the same input on another database, with the other driver too', async () => {
    const one = await openHost({ creatorIds: [CREATOR] });
    const other = await openHost({ creatorIds: [CREATOR], driver: 'better-sqlite3' });
    try {
      const plan = await one.eros.schedules.planWeek(REQUEST);
      expect(contentOf(await other.eros.schedules.planWeek(REQUEST))).toEqual(contentOf(plan));
    } finally {
      await one.close();
      await other.close();
    }
  });

  it('uses nothing that came after its asOf, so that past weeks are replayed honestly', async () => {
    const asOf = new Date('2026-10-04T12:00:00Z');
    const request = { creatorId: CREATOR, weekStart: '2026-10-05', asOf };
    const then = await openHost({ creatorIds: [CREATOR], now: asOf.toISOString() });
    const later = await openHost({ creatorIds: [CREATOR], now: '2026-11-01T12:00:00Z' });
    const changed = await openHost({ creatorIds: [CREATOR], now: '2026-11-01T12:00:00Z' });
    try {
      await query(
        changed.eros,
        "UPDATE mass_messages SET earnings = earnings * 50, content_type = 'feet', caption_id = '1' WHERE sending_time >= ?",
        [asOf.toISOString()],
      );
      const plan = await then.eros.schedules.planWeek(request);
      expect(plan.asOf).toEqual(asOf);
      for (const { eros } of [later, changed]) {
        expect(contentOf(await eros.schedules.planWeek(request))).toEqual(contentOf(plan));
      }
      // The operation is that of the week, whatever its asOf.
      expect(await then.eros.schedules.planWeek({ ...request, asOf: new Date(0) })).toEqual(plan);
    } finally {
      await Promise.all([then.close(), later.close(), changed.close()]);
    }
  });

  it('takes the creator-local start of the week as asOf when told so', async () => {
    const { eros, close } = await openHost({ creatorIds: [CREATOR] });
    try {
      const plan = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: '2026-10-26', asOf: 'week_start' });
      expect(plan.asOf).toEqual(new Date('2026-10-26T07:00:00Z'));
    } finally {
      await close();
    }
  });

  it('plans a week anew that somebody has removed', async () => {
    const { eros, close } = await openHost({ creatorIds: [CREATOR] });
    try {
      const plan = await eros.schedules.planWeek(REQUEST);
      await query(eros, 'DELETE FROM schedule_templates');
      const again = await eros.schedules.planWeek(REQUEST);
      expect(again.templateId).not.toBe(plan.templateId);
      expect(again.items.length).toBeGreaterThan(7);
      expect(await eros.schedules.get(CREATOR, WEEK)).toEqual(again);
    } finally {
      await close();
    }
  });

  it('links and totals what it stores, and logs what it did', async () => {
    const { eros, close } = await openHost({ creatorIds: [CREATOR] });
    try {
      const { templateId, items, prediction } = await eros.schedules.planWeek(REQUEST);
      const [template] = await query<Record<string, unknown>>(eros, 'SELECT * FROM schedule_templates');
      const count = (type: string) => items.filter(({ itemType }) => itemType === type).length;
      expect(template).toMatchObject({
        status: 'generated',
        week_start: WEEK,
        week_end: '2026-11-08',
        total_items: items.length,
        total_ppvs: count('ppv'),
        total_bumps: count('engagement'),
        projected_earnings: prediction?.revenueUsd,
      });
      for (const table of ['volume_predictions', 'volume_calculation_log']) {
        const rows = await query(eros, `SELECT schedule_template_id, week_start_date FROM ${table}`);
        expect(rows).toEqual([{ schedule_template_id: templateId, week_start_date: WEEK }]);
      }
      const followups = await query(eros, 'SELECT status, is_optimal_window FROM ppv_followup_tracking');
      expect(followups).toEqual(
        Array.from({ length: count('ppv_followup') }, () => ({ status: 'planned', is_optimal_window: 1 })),
      );
      const logged = await query<{ event_type: string; rows: number }>(
        eros,
        'SELECT event_type, count(*) AS rows FROM timing_operation_log GROUP BY event_type',
      );
      const rows = Object.fromEntries(logged.map(({ event_type, rows: n }) => [event_type, n]));
      expect(rows).toMatchObject({ rotation_started: 1, week_planned: 1, followup_scheduled: count('ppv_followup') });
    } finally {
      await close();
    }
  });
});

describe('what cannot be planned', () => {
  it('is told apart by its code', async () => {
    const { eros, close } = await openEngine({ clock: testClock('2026-11-01T12:00:00Z') });
    const codeOf = (call: Promise<unknown>) =>
      call.then(
        () => 'planned',
        (error: ErosError) => error.code,
      );
    try {
      const { creators } = exportOf([CREATOR]);
      await eros.data.importCreators(creators);
      const { planWeek, planFleet, get } = eros.schedules;
      const plan = planWeek.bind(eros.schedules);
      expect(await codeOf(plan({ ...REQUEST, creatorId: 'nobody' }))).toBe('unknown_creator');
      expect(await codeOf(plan({ ...REQUEST, creatorId: 'nobody', asOf: 'week_start' }))).toBe('unknown_creator');
      for (const weekStart of ['2026-11-03', '2026-11-32', 'monday', '']) {
        expect(await codeOf(plan({ ...REQUEST, weekStart }))).toBe('invalid_settings');
        expect(await codeOf(planFleet.call(eros.schedules, { weekStart }))).toBe('invalid_settings');
        expect(await codeOf(get.call(eros.schedules, CREATOR, weekStart))).toBe('invalid_settings');
      }
      expect(await codeOf(plan({ ...REQUEST, asOf: new Date('never') }))).toBe('invalid_settings');
      // Neither sends nor captions nor a rotation: nobody knows what there is to sell. Mended, it is planned.
      expect(await codeOf(plan(REQUEST))).toBe('nothing_to_sell');
      expect(await codeOf(plan(REQUEST))).toBe('nothing_to_sell');
      expect(await query(eros, 'SELECT count(*) AS rows FROM schedule_templates')).toEqual([{ rows: 0 }]);
      await eros.data.importCaptions(exportOf([CREATOR]).captions);
      expect(await codeOf(plan(REQUEST))).toBe('planned');
    } finally {
      await close();
    }
  });

  it('is planned as far as it can be: without history by the fallback, without captions without PPVs', async () => {
    const { eros, close } = await openEngine({ clock: testClock('2026-11-01T12:00:00Z') });
    try {
      const { creators, captions, messages } = exportOf([CREATOR, 'c-002'], '2026-11-01');
      await eros.data.importCreators(creators);
      await eros.data.importMessages(messages.filter(({ creator_id }) => creator_id === 'c-002'));
      const bare = await eros.schedules.planWeek({ creatorId: 'c-002', weekStart: WEEK });
      expect(bare.counts).toMatchObject({ revenue: 0, followups: 0 });
      expect(bare.counts.engagement).toBeGreaterThan(0);
      expect(bare.notes.join('\n')).toMatch(/caption/);
      const [constrained] = await query<Record<string, unknown>>(eros, 'SELECT * FROM volume_calculation_log');
      expect(constrained).toMatchObject({ caption_constrained: 1, revenue_per_day: 0 });

      await eros.data.importCaptions(captions);
      const fresh = await eros.schedules.planWeek(REQUEST);
      expect(fresh.counts.revenue).toBeGreaterThan(0);
      const rows = await query(eros, 'SELECT * FROM volume_calculation_log WHERE creator_id = ?', [CREATOR]);
      expect(rows).toEqual([
        expect.objectContaining({ data_source: 'fallback', saturation_score: 50, opportunity_score: 50 }),
      ]);
    } finally {
      await close();
    }
  });
});
