import { MINUTE_MS } from '../time/index.js';

/** The window of optimal gaps, both ends included (schema reference, "Optimal Window"). */
export const SHORTEST_OPTIMAL_MINUTES = 15;
export const LONGEST_OPTIMAL_MINUTES = 45;

/** Minutes from the parent PPV to its follow-up. Fractions count; negative means that the follow-up came first. */
export function gapMinutes(parentMs: number, followupMs: number): number {
  return (followupMs - parentMs) / MINUTE_MS;
}

/**
 * Whether a follow-up falls in the window that converts best: 15 to 45 minutes after its PPV, both ends included. The stored
 * flag is always this function of the stored gap.
 *
 * Source: schema reference, `ppv_followup_tracking`; that both ends count: spec, section 2.
 */
export function isOptimalWindow(gap: number): boolean {
  return gap >= SHORTEST_OPTIMAL_MINUTES && gap <= LONGEST_OPTIMAL_MINUTES;
}
