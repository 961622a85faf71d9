import { clamp } from '../arithmetic/index.js';
import { InvalidSettingsError } from '../errors.js';
import { VOLUME_BOUNDS } from './base-volume.js';

/** What the learner adds to the computed revenue sends a day. How it moves is the learner's business (spec, section 9). */
export interface LearningOffset {
  /** Whole; negative for fewer. */
  readonly sendsPerDay: number;
  /** Name of the guard that shaped it; kept in the notes of the decision. */
  readonly guard: string;
}

export const NO_LEARNING: LearningOffset = { sendsPerDay: 0, guard: 'nothing_learnt' };

/**
 * Revenue sends a day with the learnt offset: the total stays in the bounds, so an offset may act in part or not at all.
 *
 * @throws {InvalidSettingsError} when the offset is not whole.
 */
export function withLearning(revenuePerDay: number, { sendsPerDay }: LearningOffset): number {
  if (!Number.isSafeInteger(sendsPerDay)) {
    throw new InvalidSettingsError('learningOffset.sendsPerDay', String(sendsPerDay), 'a whole number');
  }
  return clamp(revenuePerDay + sendsPerDay, VOLUME_BOUNDS.revenue.min, VOLUME_BOUNDS.revenue.max);
}
