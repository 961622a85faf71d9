import type { Eros } from './eros.js';
import { openEngine } from './testing/open-engine.js';
import { isOnPostgres } from './testing/postgres.js';
import { query } from './testing/query.js';
import { CREATOR, openReplayed, WEEKS } from './testing/replayed.js';

/** The queries of the schema reference, word for word. */
const SUBOPTIMAL = `SELECT
    creator_id,
    AVG(gap_minutes) as avg_gap,
    SUM(CASE WHEN is_optimal_window = 0 THEN 1 ELSE 0 END) as suboptimal_count
FROM ppv_followup_tracking
WHERE created_at >= date('now', '-7 days')
GROUP BY creator_id
HAVING suboptimal_count > 5;`;
const MISSED = `SELECT
    creator_id,
    AVG(ABS(revenue_prediction_error_pct)) as avg_error,
    COUNT(*) as predictions
FROM volume_predictions
WHERE outcome_measured = 1
GROUP BY creator_id
HAVING avg_error > 25 AND predictions >= 3;`;
const UNHEALTHY = `SELECT * FROM v_circuit_breaker_health
WHERE state = 'open'
   OR (state = 'half_open' AND minutes_in_state > 30)
   OR success_rate_pct < 80;`;

const creator = (id: string) => ({
  creator_id: id,
  page_name: id,
  page_type: 'paid',
  timezone: 'UTC',
  current_active_fans: 100,
});

/** Rows of another program, beside ours. */
async function addForeignRows(eros: Eros): Promise<void> {
  for (const [creatorId, errors] of [
    ['c-1', [-30, 80, null]],
    ['c-2', [20, -20, 20]],
    ['c-3', [90, 90]],
  ] as const) {
    for (const error of errors) {
      await query(
        eros,
        'INSERT INTO volume_predictions (creator_id, outcome_measured, revenue_prediction_error_pct) VALUES (?, 1, ?)',
        [creatorId, error],
      );
    }
  }
}

/** PostgreSQL has neither `date('now', ...)` nor aliases in HAVING. */
const onThisDatabase = (sql: string): string =>
  isOnPostgres()
    ? sql
        .replace("date('now', '-7 days')", 'current_date - 7')
        .replace('HAVING suboptimal_count', 'HAVING SUM(CASE WHEN is_optimal_window = 0 THEN 1 ELSE 0 END)')
        .replace('HAVING avg_error', 'HAVING AVG(ABS(revenue_prediction_error_pct))')
        .replace('AND predictions >=', 'AND COUNT(*) >=')
    : sql;

it('answers the documented queries with the same numbers', async () => {
  const { eros, close } = await openEngine(); // the queries go by the machine's clock
  try {
    await eros.data.importCreators(['c-1', 'c-2', 'c-3'].map(creator));
    const parentTime = new Date();
    for (const [creatorId, gaps] of [
      ['c-1', [5, 50, 60, 70, 80, 90, 30]],
      ['c-2', [5, 50, 60, 70, 80, 30, 30]],
    ] as const) {
      for (const [index, minutes] of gaps.entries()) {
        const followupTime = new Date(parentTime.getTime() + minutes * 60_000);
        const parentPpvId = `${creatorId}-${index}`;
        await eros.followups.record({ creatorId, parentPpvId, parentTime, followupTime, ppvType: 'winner' });
      }
    }
    await addForeignRows(eros);
    for (let i = 0; i < 5; i += 1) await eros.breakers.recordFailure('api');
    await eros.breakers.recordSuccess('well');

    const suboptimal = await query<Record<string, number>>(eros, onThisDatabase(SUBOPTIMAL));
    expect(suboptimal).toHaveLength(1);
    expect(await eros.reports.suboptimalFollowups()).toEqual(
      suboptimal.map((row) => ({
        creatorId: row['creator_id'],
        avgGapMinutes: row['avg_gap'],
        suboptimalCount: row['suboptimal_count'],
      })),
    );
    const missed = await query<Record<string, number>>(eros, onThisDatabase(MISSED));
    expect(missed).toEqual([{ creator_id: 'c-1', avg_error: 55, predictions: 3 }]);
    expect(await eros.reports.missedPredictions()).toEqual([{ creatorId: 'c-1', avgErrorPct: 55, predictions: 3 }]);
    const unhealthy = await query<{ name: string }>(eros, UNHEALTHY);
    expect((await eros.reports.unhealthyBreakers()).map(({ name }) => name)).toEqual(unhealthy.map(({ name }) => name));

    expect((await eros.reports.suboptimalFollowups({ moreThan: 4 })).map(({ creatorId }) => creatorId)).toEqual([
      'c-1',
      'c-2',
    ]);
    expect((await eros.reports.missedPredictions({ errorPct: 15, atLeast: 2 })).map((row) => row.creatorId)).toEqual([
      'c-1',
      'c-2',
      'c-3',
    ]);
  } finally {
    await close();
  }
});

it('tells how good the predictions were, at the volume really sent, beside the naive forecast', async () => {
  const { eros, close } = await openReplayed();
  try {
    expect(await eros.reports.predictionAccuracy()).toEqual([]);
    const { measured } = await eros.learning.measure();
    const rows = await eros.reports.predictionAccuracy({ creatorId: CREATOR, period: 'all' });
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatchObject({ creatorId: CREATOR, period: 'all' });
    const overall = await eros.reports.predictionAccuracy({ period: '30d' });
    expect(new Set(overall.map(({ creatorId }) => creatorId))).toEqual(new Set([null, CREATOR]));
    // The view shows the same errors as the measuring did.
    const [view] = await query<Record<string, number>>(
      eros,
      "SELECT * FROM v_prediction_accuracy WHERE period = 'all'",
    );
    const errors = measured.map(({ revenueErrorPct }) => Math.abs(revenueErrorPct ?? NaN));
    expect(view).toMatchObject({
      total_predictions: WEEKS.length,
      measured_predictions: WEEKS.length,
      avg_revenue_error_pct: expect.closeTo(errors.reduce((sum, error) => sum + error, 0) / errors.length, 2),
    });
  } finally {
    await close();
  }
});

it('lists the rotations in state active', async () => {
  const { eros, clock, close } = await openReplayed({}, ['2026-10-12']);
  try {
    clock.set('2026-10-30T12:00:00Z');
    const [row] = await eros.reports.activeRotations();
    expect(row).toMatchObject({ creatorId: CREATOR, sequenceType: 'weighted_random' });
    const [stored] = await query<Record<string, string>>(eros, 'SELECT * FROM v_active_rotation_states');
    expect(stored?.['pattern_start_date']).toBe(row?.patternStart.toISOString());
    expect(row?.actualDaysSinceStart).toBe(18);
    await eros.rotations.pause(CREATOR);
    expect(await eros.reports.activeRotations()).toEqual([]);
  } finally {
    await close();
  }
});

it('refuses filters that are none', async () => {
  const { eros, close } = await openEngine();
  try {
    const { reports } = eros;
    for (const call of [
      reports.predictionAccuracy({ period: '8d' as '7d' }),
      reports.suboptimalFollowups({ days: -1 }),
      reports.suboptimalFollowups({ moreThan: 1.5 }),
      reports.missedPredictions({ errorPct: NaN }),
      reports.missedPredictions({ atLeast: -1 }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'invalid_settings' });
    }
  } finally {
    await close();
  }
});

it('tells a creator whom nobody knows from one without a measured week', async () => {
  const { eros, close } = await openEngine();
  try {
    await eros.data.importCreators([
      { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 },
    ]);
    expect(await eros.reports.predictionAccuracy({ creatorId: 'c-1' })).toEqual([]);
    await expect(eros.reports.predictionAccuracy({ creatorId: 'c-l' })).rejects.toMatchObject({
      code: 'unknown_creator',
    });
  } finally {
    await close();
  }
});
