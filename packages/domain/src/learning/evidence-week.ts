import { InvalidSettingsError } from '../errors.js';
import { assertMonday } from '../time/index.js';

/**
 * What one finished week teaches: how many revenue sends a day really went out, and what they earned together. Both as
 * sent, never as planned (spec, section 8); only revenue sends count on either side (spec, section 9).
 */
export interface EvidenceWeek {
  /** The creator-local Monday, `YYYY-MM-DD`. */
  readonly weekStart: string;
  /** Revenue sends a day: those of the week divided by 7. 0 is a week of rest. */
  readonly volume: number;
  /** What the revenue sends of the week earned. */
  readonly revenueUsd: number;
}

/** Throws `invalid_settings` unless the week starts on a Monday and both figures are finite and not negative. */
export function assertEvidenceWeek(week: EvidenceWeek): void {
  assertMonday(week.weekStart);
  for (const field of ['volume', 'revenueUsd'] as const) {
    if (!(Number.isFinite(week[field]) && week[field] >= 0)) {
      throw new InvalidSettingsError(field, String(week[field]), 'a finite number that is not negative');
    }
  }
}

/** The weeks by their Monday, oldest first, in whatever order they came. Throws `invalid_settings` when a week comes twice. */
export function inWeekOrder(weeks: readonly EvidenceWeek[]): EvidenceWeek[] {
  const ordered = [...weeks].sort((a, b) => (a.weekStart < b.weekStart ? -1 : a.weekStart > b.weekStart ? 1 : 0));
  ordered.forEach(({ weekStart }, index) => {
    if (index > 0 && ordered[index - 1]?.weekStart === weekStart) {
      throw new InvalidSettingsError('weekStart', `${weekStart}, twice`, 'each week once');
    }
  });
  return ordered;
}
