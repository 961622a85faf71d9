import {
  formatInstant,
  type AppliedOutcome,
  type EvidenceWeek,
  type NewOutcome,
  type OutcomeClassification,
  type OutcomeEvidence,
  type OutcomeStore,
  type StoredOutcome,
  type Transaction,
  type VolumeTier,
} from '@eros/domain';
import { insertNumbered, instantIn } from './columns.js';
import type { SqlDatabase } from './sql-database.js';

interface OutcomeRow {
  outcome_id: number;
  log_id: number;
  prediction_id: number;
  creator_id: string;
  week_start_date: string;
  measured_at: string;
  input_saturation_score: number;
  input_opportunity_score: number;
  input_tier: VolumeTier;
  input_revenue_per_day: number;
  input_engagement_per_day: number;
  input_retention_per_day: number;
  outcome_saturation_score: number;
  outcome_opportunity_score: number;
  outcome_revenue_per_send: number | null;
  outcome_total_revenue: number;
  outcome_view_rate: number | null;
  outcome_purchase_rate: number | null;
  outcome_messages_sent: number;
  revenue_per_send_change_pct: number | null;
  outcome_classification: OutcomeClassification;
  evidence: OutcomeEvidence;
  learning_signal: number;
  confidence: number;
  fatigue: number;
  week_evidence: string;
  applied_to_learning: number;
  applied: string | null;
}

/** Outcomes of ours hold the evidence of their week; rows of others are not read. */
const OURS = 'week_evidence IS NOT NULL';

/** `volume_adjustment_outcomes`. */
export class SqlOutcomeStore implements OutcomeStore {
  constructor(private readonly database: SqlDatabase) {}

  async insert(outcome: NewOutcome, tx: Transaction): Promise<number> {
    const { input, result } = outcome;
    return insertNumbered(this.database.on(tx), 'volume_adjustment_outcomes', 'outcome_id', {
      log_id: outcome.logId,
      creator_id: outcome.creatorId,
      measured_at: formatInstant(outcome.measuredAtMs),
      measurement_period: '7d',
      input_saturation_score: input.saturationScore,
      input_opportunity_score: input.opportunityScore,
      input_tier: input.tier,
      input_revenue_per_day: input.revenuePerDay,
      input_engagement_per_day: input.engagementPerDay,
      input_retention_per_day: input.retentionPerDay,
      outcome_saturation_score: result.saturationScore,
      outcome_opportunity_score: result.opportunityScore,
      outcome_revenue_per_send: result.revenuePerSendUsd,
      outcome_total_revenue: result.totalRevenueUsd,
      outcome_view_rate: result.viewRate,
      outcome_purchase_rate: result.purchaseRate,
      outcome_messages_sent: result.messagesSent,
      saturation_delta: result.saturationScore - input.saturationScore,
      opportunity_delta: result.opportunityScore - input.opportunityScore,
      revenue_per_send_change_pct: outcome.revenuePerSendChangePct,
      outcome_classification: outcome.classification,
      learning_signal: outcome.signal,
      applied_to_learning: 0,
      evidence: outcome.evidence,
      confidence: outcome.confidence,
      week_start_date: outcome.weekStart,
      week_evidence: JSON.stringify(outcome.week),
      prediction_id: outcome.predictionId,
      fatigue: outcome.fatigue,
    });
  }

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredOutcome | undefined> {
    return (await this.select('creator_id = ? AND week_start_date = ?', [creatorId, weekStart], tx))[0];
  }

  async unapplied(creatorId?: string, tx?: Transaction): Promise<StoredOutcome[]> {
    const [condition, params] = creatorId === undefined ? ['', []] : ['AND creator_id = ?', [creatorId]];
    return this.select(`applied_to_learning = 0 ${condition}`, params, tx);
  }

  async list(creatorId: string, tx?: Transaction): Promise<StoredOutcome[]> {
    return this.select('creator_id = ?', [creatorId], tx);
  }

  private async select(condition: string, params: readonly string[], tx?: Transaction): Promise<StoredOutcome[]> {
    const sql = `SELECT * FROM volume_adjustment_outcomes WHERE ${OURS} AND ${condition} ORDER BY creator_id, week_start_date`;
    return (await this.database.on(tx).all<OutcomeRow>(sql, params)).map(fromRow);
  }

  async markApplied(outcomeId: number, applied: AppliedOutcome, tx: Transaction): Promise<boolean> {
    const { affected } = await this.database.on(tx).run(
      `UPDATE volume_adjustment_outcomes SET applied_to_learning = 1, applied_at = ?, guard = ?, applied = ?
       WHERE outcome_id = ? AND applied_to_learning = 0`,
      [formatInstant(applied.appliedAtMs), applied.decision.guard, JSON.stringify(applied), outcomeId],
    );
    return affected === 1;
  }

  async discard(outcomeId: number, tx: Transaction): Promise<void> {
    const sql = 'DELETE FROM volume_adjustment_outcomes WHERE outcome_id = ? AND applied_to_learning = 0';
    await this.database.on(tx).run(sql, [outcomeId]);
  }
}

const fromRow = (row: OutcomeRow): StoredOutcome => ({
  outcomeId: row.outcome_id,
  logId: row.log_id,
  predictionId: row.prediction_id,
  creatorId: row.creator_id,
  weekStart: row.week_start_date,
  measuredAtMs: instantIn(row.measured_at),
  input: {
    saturationScore: row.input_saturation_score,
    opportunityScore: row.input_opportunity_score,
    tier: row.input_tier,
    revenuePerDay: row.input_revenue_per_day,
    engagementPerDay: row.input_engagement_per_day,
    retentionPerDay: row.input_retention_per_day,
  },
  result: {
    saturationScore: row.outcome_saturation_score,
    opportunityScore: row.outcome_opportunity_score,
    revenuePerSendUsd: row.outcome_revenue_per_send,
    totalRevenueUsd: row.outcome_total_revenue,
    viewRate: row.outcome_view_rate,
    purchaseRate: row.outcome_purchase_rate,
    messagesSent: row.outcome_messages_sent,
  },
  revenuePerSendChangePct: row.revenue_per_send_change_pct,
  classification: row.outcome_classification,
  evidence: row.evidence,
  signal: row.learning_signal,
  confidence: row.confidence,
  fatigue: row.fatigue,
  week: JSON.parse(row.week_evidence) as EvidenceWeek,
  applied: row.applied === null ? undefined : (JSON.parse(row.applied) as AppliedOutcome),
});
