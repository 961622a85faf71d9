import { StaleVersionError, UnknownWeekError, type StoredWeek } from '@eros/domain';
import type { WeekRequest } from './week-request.js';

/**
 * Another replan, or the undo of one, may have changed what is to be replaced, or taken it away. A first plan replaces nothing.
 *
 * @throws {StaleVersionError} when another week stands there, or the same was replaced meanwhile.
 * @throws {UnknownWeekError} when none does.
 */
export function assertNotMoved({ creatorId, weekStart, replan }: WeekRequest, stored: StoredWeek | undefined): void {
  if (!replan) return;
  const { templateId, round } = replan;
  if (!stored) throw new UnknownWeekError(`of ${weekStart} for "${creatorId}"`);
  if (stored.templateId !== templateId || stored.replacedCount !== round - 1)
    throw new StaleVersionError(`week ${weekStart} of "${creatorId}"`, round - 1);
}
