import { comparableInstant } from '../sqlite/comparable-instant.js';
import type { View } from './table.js';

// Each on SQLite and on PostgreSQL, with the same names and the same values. On PostgreSQL counts are cast to integer and
// shares to double precision, since its drivers give bigint and numeric as texts.

const minutesInState = `CAST((julianday('now') - julianday(last_state_change)) * 24 * 60 AS INTEGER) as minutes_in_state`;

/** One row per period and the day that it reaches back to; each ends today. */
const PERIODS = `(
    SELECT '7d' AS period, date('now', '-7 days') AS since
    UNION ALL SELECT '30d', date('now', '-30 days')
    UNION ALL SELECT '90d', date('now', '-90 days')
    UNION ALL SELECT 'all', '0000-01-01'
)`;

const PERIODS_POSTGRES = `(VALUES
    ('7d', today() - 7),
    ('30d', today() - 30),
    ('90d', today() - 90),
    ('all', DATE '-infinity')
)`.replaceAll('today()', "(statement_timestamp() AT TIME ZONE 'UTC')::date");

const percentPostgres = (value: string): string => `ROUND(CAST(${value} AS numeric), 2)::double precision`;

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
    postgres: `SELECT
    name,
    state,
    failure_count,
    success_count,
    CASE
        WHEN failure_count + success_count > 0
        THEN ${percentPostgres('success_count::numeric / (failure_count + success_count) * 100')}
        ELSE 100.0
    END AS success_rate_pct,
    last_failure_time,
    last_success_time,
    trunc(EXTRACT(EPOCH FROM statement_timestamp() - last_state_change) / 60)::integer AS minutes_in_state,
    CASE WHEN recent.calls > 0 THEN ${percentPostgres('recent.successes::numeric / recent.calls * 100')} END AS recent_success_rate_pct,
    COALESCE(recent.calls, 0)::integer AS recent_calls
FROM circuit_breaker_state
LEFT JOIN (
    SELECT name AS breaker, SUM(success_count) AS successes, SUM(success_count + failure_count) AS calls
    FROM circuit_breaker_calls
    WHERE slice_start >= date_trunc('second', statement_timestamp() - INTERVAL '5 minutes')
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
    postgres: `SELECT
    creator_id,
    rotation_pattern,
    pattern_start_date,
    days_on_pattern,
    current_state,
    updated_at,
    trunc(EXTRACT(EPOCH FROM statement_timestamp() - pattern_start_date) / 86400)::integer AS actual_days_since_start
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
    postgres: `SELECT
    p.creator_id,
    periods.period,
    COUNT(*)::integer AS total_predictions,
    COUNT(CASE WHEN p.outcome_measured = 1 THEN 1 END)::integer AS measured_predictions,
    ${percentPostgres('AVG(CASE WHEN p.outcome_measured = 1 THEN ABS(p.revenue_prediction_error_pct) END)')} AS avg_revenue_error_pct,
    ${percentPostgres('AVG(CASE WHEN p.outcome_measured = 1 THEN ABS(p.volume_prediction_error_pct) END)')} AS avg_volume_error_pct,
    ${percentPostgres('AVG(CASE WHEN p.outcome_measured = 1 THEN p.revenue_prediction_error_pct END)')} AS bias_pct,
    ${percentPostgres(`AVG(CASE WHEN p.outcome_measured = 1 AND p.revenue_prediction_error_pct IS NOT NULL
        THEN CASE WHEN ABS(p.revenue_prediction_error_pct) <= 25 THEN 100.0 ELSE 0.0 END END)`)} AS within_25_pct,
    string_agg(DISTINCT p.algorithm_version, ',') AS algorithm_versions
FROM volume_predictions p
JOIN ${PERIODS_POSTGRES} AS periods (period, since)
    ON p.week_start_date BETWEEN periods.since AND (statement_timestamp() AT TIME ZONE 'UTC')::date
WHERE p.superseded_at IS NULL
GROUP BY p.creator_id, periods.period`,
  },
];
