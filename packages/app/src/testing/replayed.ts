import type { Eros } from '../eros.js';
import { openHost } from './host.js';
import { query } from './query.js';

export const CREATOR = 'c-013';
/** Mondays of Los Angeles, before the clocks go back. */
export const WEEKS = ['2026-09-14', '2026-09-21', '2026-09-28', '2026-10-05', '2026-10-12'];
/** The instant at which such a week begins. */
export const startOf = (monday: string): string => `${monday}T07:00:00.000Z`;

/** A row of `volume_adjustment_outcomes`. */
export interface OutcomeRow {
  week_start_date: string;
  outcome_messages_sent: number;
  outcome_total_revenue: number;
  outcome_revenue_per_send: number;
  outcome_view_rate: number;
  outcome_purchase_rate: number;
  measurement_period: string;
  outcome_classification: string;
  learning_signal: number;
  applied_to_learning: number;
  applied_at: string | null;
  applied: string | null;
  fatigue: number;
  week_evidence: string;
  guard: string | null;
}

/** A host that has planned past weeks with what was known before each, and has all of their sends. */
export async function openReplayed(options: Parameters<typeof openHost>[0] = {}, weeks = WEEKS) {
  const host = await openHost({ creatorIds: [CREATOR], now: '2026-10-25T12:00:00Z', ...options });
  for (const weekStart of weeks)
    await host.eros.schedules.planWeek({ creatorId: CREATOR, weekStart, asOf: 'week_start' });
  return host;
}

export const outcomesOf = (eros: Eros) =>
  query<OutcomeRow>(eros, 'SELECT * FROM volume_adjustment_outcomes ORDER BY week_start_date');
