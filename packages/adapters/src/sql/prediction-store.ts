import {
  formatInstant,
  type LateRevision,
  type MissedPredictions,
  type NewPrediction,
  type PageType,
  type PredictionInputs,
  type PredictionOutcome,
  type PredictionStore,
  type RevenueCurve,
  type StoredPrediction,
  type Transaction,
  type VolumeTier,
} from '@eros/domain';
import { insertNumbered, instantIn, updateOf, type Columns } from './columns.js';
import type { SqlDatabase } from './sql-database.js';

interface PredictionRow {
  prediction_id: number;
  creator_id: string;
  week_start_date: string;
  schedule_template_id: number;
  predicted_at: string;
  as_of: string;
  algorithm_version: string;
  input_fan_count: number;
  input_page_type: PageType;
  input_saturation: number;
  input_opportunity: number;
  predicted_tier: VolumeTier;
  predicted_revenue_per_day: number;
  predicted_engagement_per_day: number;
  predicted_retention_per_day: number;
  predicted_weekly_revenue: number;
  predicted_weekly_messages: number;
  interval_low: number | null;
  interval_high: number | null;
  curve: string;
  inputs: string;
  outcome_measured: number;
  outcome_measured_at: string;
  actual_total_revenue: number;
  actual_messages_sent: number;
  actual_revenue_sends: number;
  actual_avg_rps: number | null;
  revenue_prediction_error_pct: number | null;
  volume_prediction_error_pct: number | null;
  curve_revenue: number | null;
  curve_low: number | null;
  curve_high: number | null;
  naive_revenue: number | null;
  last_week_revenue: number | null;
  last_week_sends: number | null;
}

/** Predictions of ours hold their inputs; rows of others are not read. */
const OURS = 'inputs IS NOT NULL AND superseded_at IS NULL';

/** `volume_predictions`. */
export class SqlPredictionStore implements PredictionStore {
  constructor(private readonly database: SqlDatabase) {}

  async insert(prediction: NewPrediction, tx: Transaction): Promise<number> {
    return insertNumbered(this.database.on(tx), 'volume_predictions', 'prediction_id', {
      creator_id: prediction.creatorId,
      predicted_at: formatInstant(prediction.predictedAtMs),
      input_fan_count: prediction.fanCount,
      input_page_type: prediction.pageType,
      input_saturation: prediction.saturationScore,
      input_opportunity: prediction.opportunityScore,
      predicted_tier: prediction.tier,
      predicted_revenue_per_day: prediction.perDay.revenue,
      predicted_engagement_per_day: prediction.perDay.engagement,
      predicted_retention_per_day: prediction.perDay.retention,
      predicted_weekly_revenue: prediction.weeklyRevenueUsd,
      predicted_weekly_messages: prediction.weeklyMessages,
      schedule_template_id: prediction.templateId,
      week_start_date: prediction.weekStart,
      outcome_measured: 0,
      algorithm_version: prediction.algorithmVersion,
      interval_low: prediction.interval?.lowUsd ?? null,
      interval_high: prediction.interval?.highUsd ?? null,
      curve: JSON.stringify(prediction.curve),
      inputs: JSON.stringify(prediction.inputs),
      as_of: formatInstant(prediction.asOfMs),
    });
  }

  async supersede(creatorId: string, weekStart: string, atMs: number, tx: Transaction): Promise<void> {
    await this.database.on(tx).run(
      `UPDATE volume_predictions SET superseded_at = ?
       WHERE creator_id = ? AND week_start_date = ? AND outcome_measured = 0 AND superseded_at IS NULL`,
      [formatInstant(atMs), creatorId, weekStart],
    );
  }

  async reinstate(predictionId: number, tx: Transaction): Promise<void> {
    await this.update(predictionId, { superseded_at: null }, tx);
  }

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredPrediction | undefined> {
    const found = await this.select(
      'creator_id = ? AND week_start_date = ? ORDER BY prediction_id DESC LIMIT 1',
      [creatorId, weekStart],
      tx,
    );
    return found[0];
  }

  async unmeasured(throughWeek: string, tx?: Transaction): Promise<StoredPrediction[]> {
    return this.select(
      'outcome_measured = 0 AND week_start_date <= ? ORDER BY week_start_date, creator_id',
      [throughWeek],
      tx,
    );
  }

  async measured(filter: { creatorId?: string } = {}, tx?: Transaction): Promise<StoredPrediction[]> {
    const [condition, params] = filter.creatorId === undefined ? ['', []] : ['AND creator_id = ?', [filter.creatorId]];
    return this.select(`outcome_measured = 1 ${condition} ORDER BY creator_id, week_start_date`, params, tx);
  }

  async missed(
    { errorPct, atLeast }: { errorPct: number; atLeast: number },
    tx?: Transaction,
  ): Promise<MissedPredictions[]> {
    const rows = await this.database.on(tx).all<{ creator_id: string; avg_error: number; predictions: number }>(
      `SELECT creator_id, AVG(ABS(revenue_prediction_error_pct)) AS avg_error, COUNT(*) AS predictions
       FROM volume_predictions WHERE outcome_measured = 1 GROUP BY creator_id
       HAVING AVG(ABS(revenue_prediction_error_pct)) > ? AND COUNT(*) >= ? ORDER BY creator_id`,
      [errorPct, atLeast],
    );
    return rows.map(({ creator_id: creatorId, avg_error: avgErrorPct, predictions }) => ({
      creatorId,
      avgErrorPct,
      predictions: Number(predictions),
    }));
  }

  private async select(condition: string, params: readonly string[], tx?: Transaction): Promise<StoredPrediction[]> {
    const sql = `SELECT * FROM volume_predictions WHERE ${OURS} AND ${condition}`;
    return (await this.database.on(tx).all<PredictionRow>(sql, params)).map(fromRow);
  }

  async saveOutcome(predictionId: number, outcome: PredictionOutcome, tx: Transaction): Promise<void> {
    await this.update(
      predictionId,
      {
        actual_total_revenue: outcome.actualRevenueUsd,
        actual_messages_sent: outcome.actualMessages,
        actual_avg_rps: outcome.actualRevenuePerSendUsd,
        outcome_measured: 1,
        outcome_measured_at: formatInstant(outcome.measuredAtMs),
        revenue_prediction_error_pct: outcome.revenueErrorPct,
        volume_prediction_error_pct: outcome.volumeErrorPct,
        actual_revenue_sends: outcome.actualRevenueSends,
        naive_revenue: outcome.naiveRevenueUsd,
        last_week_revenue: outcome.weekBefore?.revenueUsd ?? null,
        last_week_sends: outcome.weekBefore?.sends ?? null,
        curve_revenue: outcome.curveRevenueUsd,
        curve_low: outcome.curveInterval?.lowUsd ?? null,
        curve_high: outcome.curveInterval?.highUsd ?? null,
      },
      tx,
    );
  }

  async clearOutcome(predictionId: number, tx: Transaction): Promise<void> {
    const cleared = [
      'actual_total_revenue',
      'actual_messages_sent',
      'actual_avg_rps',
      'outcome_measured_at',
      'revenue_prediction_error_pct',
    ];
    const more = [
      'volume_prediction_error_pct',
      'actual_revenue_sends',
      'naive_revenue',
      'last_week_revenue',
      'last_week_sends',
      'curve_revenue',
      'curve_low',
      'curve_high',
    ];
    const columns = Object.fromEntries([...cleared, ...more].map((name) => [name, null]));
    await this.update(predictionId, { ...columns, outcome_measured: 0 }, tx);
  }

  async noteRevision(
    predictionId: number,
    { notedAtMs, revenueUsd, revenueSends }: LateRevision,
    tx: Transaction,
  ): Promise<void> {
    const note = JSON.stringify({ notedAtMs, revenueUsd, revenueSends });
    await this.update(predictionId, { revised_after_measuring: note }, tx);
  }

  async revisionOf(predictionId: number, tx?: Transaction): Promise<LateRevision | undefined> {
    const sql = 'SELECT revised_after_measuring AS note FROM volume_predictions WHERE prediction_id = ?';
    const [row] = await this.database.on(tx).all<{ note: string | null }>(sql, [predictionId]);
    return row?.note ? (JSON.parse(row.note) as LateRevision) : undefined;
  }

  private async update(predictionId: number, columns: Columns, tx: Transaction): Promise<void> {
    const { sql, params } = updateOf('volume_predictions', columns, 'prediction_id = ?', [predictionId]);
    await this.database.on(tx).run(sql, params);
  }
}

const intervalOf = (low: number | null, high: number | null) =>
  low === null || high === null ? null : { lowUsd: low, highUsd: high };

const fromRow = (row: PredictionRow): StoredPrediction => ({
  predictionId: row.prediction_id,
  creatorId: row.creator_id,
  weekStart: row.week_start_date,
  templateId: row.schedule_template_id,
  predictedAtMs: instantIn(row.predicted_at),
  asOfMs: instantIn(row.as_of),
  algorithmVersion: row.algorithm_version,
  fanCount: row.input_fan_count,
  pageType: row.input_page_type,
  saturationScore: row.input_saturation,
  opportunityScore: row.input_opportunity,
  tier: row.predicted_tier,
  perDay: {
    revenue: row.predicted_revenue_per_day,
    engagement: row.predicted_engagement_per_day,
    retention: row.predicted_retention_per_day,
  },
  weeklyRevenueUsd: row.predicted_weekly_revenue,
  weeklyMessages: row.predicted_weekly_messages,
  interval: intervalOf(row.interval_low, row.interval_high),
  curve: JSON.parse(row.curve) as RevenueCurve,
  inputs: JSON.parse(row.inputs) as PredictionInputs,
  outcome:
    row.outcome_measured === 0
      ? undefined
      : {
          measuredAtMs: instantIn(row.outcome_measured_at),
          actualRevenueUsd: row.actual_total_revenue,
          actualMessages: row.actual_messages_sent,
          actualRevenueSends: row.actual_revenue_sends,
          actualRevenuePerSendUsd: row.actual_avg_rps,
          revenueErrorPct: row.revenue_prediction_error_pct,
          volumeErrorPct: row.volume_prediction_error_pct,
          curveRevenueUsd: row.curve_revenue,
          curveInterval: intervalOf(row.curve_low, row.curve_high),
          naiveRevenueUsd: row.naive_revenue,
          weekBefore:
            row.last_week_sends === null || row.last_week_revenue === null
              ? null
              : { sends: row.last_week_sends, revenueUsd: row.last_week_revenue },
        },
});
