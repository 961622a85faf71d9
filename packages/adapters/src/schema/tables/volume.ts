import type { Column, Table } from '../table.js';

const added = true as const;
const creator = { table: 'creators', column: 'creator_id', onDelete: 'CASCADE' } as const;
const template = { table: 'schedule_templates', column: 'template_id', onDelete: 'SET NULL' } as const;

const flag = (name: string): Column => ({ name, type: 'flag', default: 0, check: `${name} IN (0, 1)` });
const score = (name: string): Column => ({ name, type: 'real', check: `${name} IS NULL OR ${name} BETWEEN 0 AND 100` });
const count = (name: string): Column => ({ name, type: 'integer', check: `${name} IS NULL OR ${name} >= 0` });

/** Predictions and what came of them. Documented; the check on outcome_measured is from predecessor facts 1.8. */
export const volumePredictions: Table = {
  name: 'volume_predictions',
  columns: [
    { name: 'prediction_id', type: 'integer', key: 'identity' },
    { name: 'creator_id', type: 'text', notNull: true, references: creator },
    { name: 'predicted_at', type: 'instant', default: { now: true } },
    { name: 'input_fan_count', type: 'integer' },
    { name: 'input_page_type', type: 'text' },
    { name: 'input_saturation', type: 'real' },
    { name: 'input_opportunity', type: 'real' },
    { name: 'predicted_tier', type: 'text' },
    { name: 'predicted_revenue_per_day', type: 'integer' },
    { name: 'predicted_engagement_per_day', type: 'integer' },
    { name: 'predicted_retention_per_day', type: 'integer' },
    { name: 'predicted_weekly_revenue', type: 'real' },
    { name: 'predicted_weekly_messages', type: 'integer' },
    { name: 'schedule_template_id', type: 'integer', references: template },
    { name: 'week_start_date', type: 'date' },
    { name: 'actual_total_revenue', type: 'real' },
    { name: 'actual_messages_sent', type: 'integer' },
    { name: 'actual_avg_rps', type: 'real' },
    flag('outcome_measured'),
    { name: 'outcome_measured_at', type: 'instant' },
    { name: 'revenue_prediction_error_pct', type: 'real' },
    { name: 'volume_prediction_error_pct', type: 'real' },
    { name: 'algorithm_version', type: 'text', default: '2.0' },
    { name: 'superseded_at', type: 'instant', added },
    { name: 'interval_low', type: 'real', added },
    { name: 'interval_high', type: 'real', added },
    { name: 'curve', type: 'json', added },
    { name: 'inputs', type: 'json', added },
    { name: 'actual_revenue_sends', type: 'integer', added },
    { name: 'naive_revenue', type: 'real', added },
    { name: 'last_week_revenue', type: 'real', added },
    { name: 'last_week_sends', type: 'integer', added },
    { name: 'curve_revenue', type: 'real', added },
    { name: 'curve_low', type: 'real', added },
    { name: 'curve_high', type: 'real', added },
    { name: 'revised_after_measuring', type: 'json', added },
    { name: 'as_of', type: 'instant', added },
  ],
  indexes: [
    { name: 'idx_vp_unmeasured', columns: 'week_start_date', where: 'outcome_measured = 0' },
    { name: 'idx_vp_creator_accuracy', columns: 'creator_id, outcome_measured, week_start_date' },
    { name: 'idx_vp_schedule_template', columns: 'schedule_template_id', where: 'schedule_template_id IS NOT NULL' },
    { name: 'idx_vp_week_start', columns: 'week_start_date' },
  ],
};

/** Every volume decision. Documented; further checks and the indexes are from predecessor facts 1.8. */
export const volumeCalculationLog: Table = {
  name: 'volume_calculation_log',
  columns: [
    { name: 'log_id', type: 'integer', key: 'identity' },
    { name: 'creator_id', type: 'text', notNull: true, references: creator },
    { name: 'calculated_at', type: 'instant', default: { now: true } },
    { name: 'fan_count', type: 'integer' },
    { name: 'page_type', type: 'text', check: "page_type IN ('paid', 'free')" },
    score('saturation_score'),
    score('opportunity_score'),
    { name: 'tier', type: 'text', check: "tier IN ('low', 'mid', 'high', 'ultra')" },
    count('revenue_per_day'),
    count('engagement_per_day'),
    count('retention_per_day'),
    { name: 'schedule_template_id', type: 'integer', references: template },
    {
      name: 'data_source',
      type: 'text',
      default: 'dynamic',
      check: "data_source IN ('dynamic', 'cached_tracking', 'calculated_on_demand', 'fallback')",
    },
    { name: 'calculation_version', type: 'text', default: '1.0' },
    { name: 'confidence_score', type: 'real', check: 'confidence_score IS NULL OR confidence_score BETWEEN 0 AND 1' },
    flag('caption_constrained'),
    { name: 'message_count_analyzed', type: 'integer' },
    flag('multi_horizon_used'),
    flag('dow_adjusted'),
    flag('elasticity_capped'),
    { name: 'notes', type: 'text' },
    { name: 'decision', type: 'json', added },
    { name: 'week_start_date', type: 'date', added },
  ],
  indexes: [
    { name: 'idx_vcl_creator', columns: 'creator_id, calculated_at DESC' },
    { name: 'idx_vcl_template', columns: 'schedule_template_id', where: 'schedule_template_id IS NOT NULL' },
    { name: 'idx_vcl_tier', columns: 'tier, calculated_at DESC' },
  ],
};

/** What a decided volume led to. Documented; the checks and indexes are from predecessor facts 1.8. */
export const volumeAdjustmentOutcomes: Table = {
  name: 'volume_adjustment_outcomes',
  columns: [
    { name: 'outcome_id', type: 'integer', key: 'identity' },
    {
      name: 'log_id',
      type: 'integer',
      notNull: true,
      references: { table: 'volume_calculation_log', column: 'log_id', onDelete: 'CASCADE' },
    },
    { name: 'creator_id', type: 'text', notNull: true, references: creator },
    { name: 'measured_at', type: 'instant', default: { now: true } },
    { name: 'measurement_period', type: 'text', default: '14d', check: "measurement_period IN ('7d', '14d', '30d')" },
    { name: 'input_saturation_score', type: 'real' },
    { name: 'input_opportunity_score', type: 'real' },
    { name: 'input_tier', type: 'text' },
    { name: 'input_revenue_per_day', type: 'integer' },
    { name: 'input_engagement_per_day', type: 'integer' },
    { name: 'input_retention_per_day', type: 'integer' },
    { name: 'outcome_saturation_score', type: 'real' },
    { name: 'outcome_opportunity_score', type: 'real' },
    { name: 'outcome_revenue_per_send', type: 'real' },
    { name: 'outcome_total_revenue', type: 'real' },
    { name: 'outcome_view_rate', type: 'real' },
    { name: 'outcome_purchase_rate', type: 'real' },
    { name: 'outcome_messages_sent', type: 'integer' },
    { name: 'saturation_delta', type: 'real' },
    { name: 'opportunity_delta', type: 'real' },
    { name: 'revenue_per_send_change_pct', type: 'real' },
    {
      name: 'outcome_classification',
      type: 'text',
      check: "outcome_classification IN ('improved', 'degraded', 'neutral')",
    },
    { name: 'learning_signal', type: 'real', check: 'learning_signal IS NULL OR learning_signal BETWEEN -1 AND 1' },
    flag('applied_to_learning'),
    { name: 'applied_at', type: 'instant' },
    { name: 'evidence', type: 'text', added },
    { name: 'confidence', type: 'real', added },
    { name: 'week_start_date', type: 'date', added },
    { name: 'week_evidence', type: 'json', added },
    { name: 'prediction_id', type: 'integer', added },
    { name: 'fatigue', type: 'real', added },
    { name: 'guard', type: 'text', added },
    { name: 'applied', type: 'json', added },
  ],
  indexes: [
    { name: 'idx_vao_unapplied', columns: 'applied_to_learning, creator_id', where: 'applied_to_learning = 0' },
    { name: 'idx_vao_creator', columns: 'creator_id, measured_at DESC' },
    { name: 'idx_vao_log', columns: 'log_id' },
    {
      name: 'idx_vao_creator_week',
      columns: 'creator_id, week_start_date',
      unique: true,
      where: 'week_start_date IS NOT NULL',
    },
  ],
};

/** What was learnt of each creator: the offset, the posterior, the freeze. Ours; compare-and-set by version. */
export const volumeLearningState: Table = {
  name: 'volume_learning_state',
  columns: [
    { name: 'creator_id', type: 'text', key: 'key', references: creator },
    { name: 'state', type: 'json' },
    { name: 'seeded_with', type: 'json', notNull: true },
    { name: 'offset_per_day', type: 'integer', notNull: true },
    { name: 'guard', type: 'text' },
    { name: 'weeks_at_offset', type: 'integer', notNull: true },
    { name: 'last_week_start', type: 'date' },
    { name: 'frozen_by', type: 'text' },
    { name: 'frozen_reason', type: 'text' },
    { name: 'frozen_at', type: 'instant' },
    { name: 'version', type: 'integer', notNull: true },
    { name: 'updated_at', type: 'instant', notNull: true },
  ],
};

export const volumeTables: readonly Table[] = [
  volumeCalculationLog,
  volumePredictions,
  volumeAdjustmentOutcomes,
  volumeLearningState,
];
