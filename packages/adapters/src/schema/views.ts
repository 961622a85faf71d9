import { comparableInstant } from '../sqlite/comparable-instant.js';
import type { View } from './table.js';

const minutesInState = `CAST((julianday('now') - julianday(last_state_change)) * 24 * 60 AS INTEGER) as minutes_in_state`;

/** One row per period and the day that it reaches back to; each ends today. */
const PERIODS = `(
    SELECT '7d' AS period, date('now', '-7 days') AS since
    UNION ALL SELECT '30d', date('now', '-30 days')
    UNION ALL SELECT '90d', date('now', '-90 days')
    UNION ALL SELECT 'all', '0000-01-01'
)`;

/** The views of the reference. Documented columns first; `v_circuit_breaker_health` then adds what happened lately. */
export const views: readonly View[] = [
  {
    name: 'v_circuit_breaker_health',
    sqlite: `SELECT
    name,
    state,
    failure_count,
    success_count,
    CASE
        WHEN failure_count + success_count > 0
        THEN ROUND(CAST(success_count AS REAL) / (failure_count + success_count) * 100, 2)
        ELSE 100.0
    END as success_rate_pct,
    last_failure_time,
    last_success_time,
    ${minutesInState},
    CASE WHEN recent.calls > 0 THEN ROUND(CAST(recent.successes AS REAL) / recent.calls * 100, 2) END AS recent_success_rate_pct,
    COALESCE(recent.calls, 0) AS recent_calls
FROM circuit_breaker_state
LEFT JOIN (
    SELECT name AS breaker, SUM(success_count) AS successes, SUM(success_count + failure_count) AS calls
    FROM circuit_breaker_calls
    WHERE ${comparableInstant('slice_start')} >= datetime('now', '-5 minutes')
    GROUP BY name
) recent ON recent.breaker = name`,
  },
  {
    name: 'v_active_rotation_states',
    sqlite: `SELECT
    creator_id,
    rotation_pattern,
    pattern_start_date,
    days_on_pattern,
    current_state,
    updated_at,
    CAST(julianday('now') - julianday(pattern_start_date) AS INTEGER) AS actual_days_since_start
FROM creator_rotation_state
WHERE current_state = 'active'`,
  },
  {
    name: 'v_prediction_accuracy',
    sqlite: `SELECT
    p.creator_id,
    periods.period,
    COUNT(*) AS total_predictions,
    COUNT(CASE WHEN p.outcome_measured = 1 THEN 1 END) AS measured_predictions,
    ROUND(AVG(CASE WHEN p.outcome_measured = 1 THEN ABS(p.revenue_prediction_error_pct) END), 2) AS avg_revenue_error_pct,
    ROUND(AVG(CASE WHEN p.outcome_measured = 1 THEN ABS(p.volume_prediction_error_pct) END), 2) AS avg_volume_error_pct,
    ROUND(AVG(CASE WHEN p.outcome_measured = 1 THEN p.revenue_prediction_error_pct END), 2) AS bias_pct,
    ROUND(AVG(CASE WHEN p.outcome_measured = 1 AND p.revenue_prediction_error_pct IS NOT NULL
        THEN CASE WHEN ABS(p.revenue_prediction_error_pct) <= 25 THEN 100.0 ELSE 0.0 END END), 2) AS within_25_pct,
    GROUP_CONCAT(DISTINCT p.algorithm_version) AS algorithm_versions
FROM volume_predictions p
JOIN ${PERIODS} periods ON substr(p.week_start_date, 1, 10) BETWEEN periods.since AND date('now')
WHERE p.superseded_at IS NULL
GROUP BY p.creator_id, periods.period`,
  },
];
