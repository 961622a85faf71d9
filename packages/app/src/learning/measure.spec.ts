import { openHost } from '../testing/host.js';
import { query } from '../testing/query.js';
import { CREATOR, openReplayed, outcomesOf, startOf, WEEKS } from '../testing/replayed.js';

it('writes what came of each week into the documented columns', async () => {
  const { eros, close } = await openReplayed();
  try {
    const { measured, awaitingData } = await eros.learning.measure();
    expect(awaitingData).toEqual([]);
    expect(measured.map(({ weekStart }) => weekStart)).toEqual(WEEKS);
    const outcomes = await outcomesOf(eros);
    const predictions = await query<Record<string, number | string>>(
      eros,
      'SELECT * FROM volume_predictions ORDER BY week_start_date',
    );
    for (const [index, weekStart] of WEEKS.entries()) {
      const nextMonday = new Date(Date.parse(weekStart) + 7 * 86_400_000).toISOString().slice(0, 10);
      const [sent] = await query<Record<string, number>>(
        eros,
        `SELECT count(*) AS messages, sum(CASE category WHEN 'revenue' THEN 1 ELSE 0 END) AS ppvs,
           sum(CASE category WHEN 'revenue' THEN earnings ELSE 0 END) AS revenue,
           1.0 * sum(CASE category WHEN 'revenue' THEN viewed_count END) / sum(CASE category WHEN 'revenue' THEN sent_count END) AS view_rate,
           1.0 * sum(CASE category WHEN 'revenue' THEN purchased_count END) / sum(CASE category WHEN 'revenue' THEN sent_count END) AS purchase_rate
         FROM mass_messages WHERE creator_id = ? AND sending_time >= ? AND sending_time < ?`,
        [CREATOR, startOf(weekStart), startOf(nextMonday)],
      );
      if (!sent) throw new Error('nothing was sent');
      const { messages = 0, ppvs = 0, revenue = 0, view_rate = 0, purchase_rate = 0 } = sent;
      const prediction = predictions[index];
      const predicted = Number(prediction?.['predicted_weekly_revenue']);
      const planned = Number(prediction?.['predicted_weekly_messages']);
      expect(prediction).toMatchObject({
        week_start_date: weekStart,
        outcome_measured: 1,
        outcome_measured_at: '2026-10-25T12:00:00.000Z',
        actual_messages_sent: messages,
        actual_revenue_sends: ppvs,
        actual_total_revenue: expect.closeTo(revenue, 6),
        actual_avg_rps: expect.closeTo(revenue / ppvs, 6),
        revenue_prediction_error_pct: expect.closeTo(((revenue - predicted) / predicted) * 100, 6),
        volume_prediction_error_pct: expect.closeTo(((messages - planned) / planned) * 100, 6),
      });
      expect(outcomes[index]).toMatchObject({
        week_start_date: weekStart,
        measurement_period: '7d',
        outcome_messages_sent: messages,
        outcome_total_revenue: expect.closeTo(revenue, 6),
        outcome_revenue_per_send: expect.closeTo(revenue / ppvs, 6),
        outcome_view_rate: expect.closeTo(view_rate, 9),
        outcome_purchase_rate: expect.closeTo(purchase_rate, 9),
        applied_to_learning: 0,
        applied_at: null,
        outcome_classification: expect.stringMatching(/^(improved|degraded|neutral)$/),
      });
    }
    const logged = "SELECT count(*) AS rows FROM timing_operation_log WHERE event_type = 'week_measured'";
    expect(await query(eros, logged)).toEqual([{ rows: WEEKS.length }]);
    expect(await eros.learning.measure()).toEqual({ measured: [], awaitingData: [] });
  } finally {
    await close();
  }
});

describe('a week without data', () => {
  const LAST = '2026-10-19';
  const END = new Date('2026-10-26T07:00:00Z');

  it('awaits it, until a later send comes in or the caller says that nothing is missing', async () => {
    const { eros, clock, close } = await openReplayed({ now: '2026-10-19T12:00:00Z' }, [LAST]);
    try {
      expect(await eros.learning.measure()).toEqual({ measured: [], awaitingData: [] }); // not over
      clock.set('2026-10-26T07:00:00Z');
      expect(await eros.learning.measure()).toMatchObject({ measured: [], awaitingData: [{ weekStart: LAST }] });
      const tooEarly = { completeThrough: new Date(END.getTime() - 1) };
      expect(await eros.learning.measure(tooEarly)).toMatchObject({
        measured: [],
        awaitingData: [{ weekStart: LAST }],
      });
      // Nobody can know of what is still to come.
      const future = { asOf: new Date(END.getTime() - 1), completeThrough: END };
      expect(await eros.learning.measure(future)).toEqual({ measured: [], awaitingData: [] });
      expect(await query(eros, 'SELECT outcome_measured FROM volume_predictions')).toEqual([{ outcome_measured: 0 }]);

      const { measured } = await eros.learning.measure({ completeThrough: END });
      expect(measured).toMatchObject([{ weekStart: LAST, revenueErrorPct: expect.any(Number) }]);
      await expect(eros.learning.measure({ completeThrough: new Date('never') })).rejects.toMatchObject({
        code: 'invalid_settings',
      });
    } finally {
      await close();
    }
  });

  it('in which nothing was sent earned 0 only when that is known', async () => {
    const { eros, clock, close } = await openHost({ creatorIds: [CREATOR], history: '2026-10-18T00:00:00Z' });
    try {
      clock.set('2026-10-19T08:00:00Z');
      await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: LAST });
      clock.set('2026-10-30T00:00:00Z');
      expect(await eros.learning.measure()).toMatchObject({ measured: [], awaitingData: [{ weekStart: LAST }] });
      const { measured } = await eros.learning.measure({ completeThrough: END });
      expect(measured).toMatchObject([{ actualRevenueUsd: 0, revenueErrorPct: -100, volumeErrorPct: -100 }]);
      const [prediction] = await query<Record<string, unknown>>(eros, 'SELECT * FROM volume_predictions');
      expect(prediction).toMatchObject({ actual_messages_sent: 0, actual_total_revenue: 0, actual_avg_rps: null });
      expect((await eros.learning.apply()).applied).toHaveLength(1);
    } finally {
      await close();
    }
  });

  it('of which 0 was predicted has no error in percent', async () => {
    const { eros, close } = await openHost({ creatorIds: [CREATOR], now: '2026-10-25T12:00:00Z' });
    try {
      await query(eros, 'UPDATE caption_bank SET is_active = 0');
      const plan = await eros.schedules.planWeek({ creatorId: CREATOR, weekStart: '2026-10-12', asOf: 'week_start' });
      expect(plan).toMatchObject({ counts: { revenue: 0 }, prediction: { revenueUsd: 0 } });
      const { measured } = await eros.learning.measure();
      expect(measured).toMatchObject([{ predictedRevenueUsd: 0, revenueErrorPct: null }]);
      expect(await query(eros, 'SELECT revenue_prediction_error_pct AS error FROM volume_predictions')).toEqual([
        { error: null },
      ]);
    } finally {
      await close();
    }
  });
});
