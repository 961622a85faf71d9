import { InvalidSettingsError } from '../errors.js';
import { dayNumberOf } from '../time/index.js';
import { assertEvidenceWeek, inWeekOrder, type EvidenceWeek } from './evidence-week.js';
import { discounted, noMoments, withObservation, type Moments } from './moments.js';
import { DISCOUNT_PER_WEEK, onVolumeGrid, stockAfter } from './response-model.js';

/**
 * All that is known of how a creator's revenue answers to volume: one JSON value, replaced week by week. It can be computed
 * again, bit for bit, from the volume at which the evidence began and the weeks in order (`learnWeeks`).
 */
export interface LearningState {
  /** Revenue sends a day at which the evidence begins; the prior is symmetric about it. On the grid of `onVolumeGrid`. */
  readonly beginsAtVolume: number;
  /** The Mondays of the first and last week learnt; null before the first. */
  readonly firstWeek: string | null;
  readonly lastWeek: string | null;
  /** Weeks learnt that had any revenue send. */
  readonly weekCount: number;
  /** The fatigue stock after the last week; null before the first. */
  readonly stock: number | null;
  /** Discounted, of log(1 + revenue), log volume, volume and fatigue stock: what the posterior is made from. */
  readonly response: Moments;
  /** Undiscounted, of log(1 + revenue), log volume and the number of the week: what outcomes are classified by. */
  readonly effect: Moments;
}

/** A creator of whom nothing has been learnt. `beginsAtVolume`: the revenue sends a day that the first plan starts from. */
export function newLearningState(beginsAtVolume: number): LearningState {
  if (!(Number.isFinite(beginsAtVolume) && onVolumeGrid(beginsAtVolume) > 0)) {
    throw new InvalidSettingsError('beginsAtVolume', String(beginsAtVolume), 'revenue sends a day above 0');
  }
  return {
    beginsAtVolume: onVolumeGrid(beginsAtVolume),
    firstWeek: null,
    lastWeek: null,
    weekCount: 0,
    stock: null,
    response: noMoments(4),
    effect: noMoments(3),
  };
}

/**
 * The state after one more week. Weeks come in order: an earlier or equal week is `invalid_settings`. Skipped weeks age
 * what is known (`DISCOUNT_PER_WEEK` each) and leave the fatigue stock alone, since nobody knows what went out in them. A
 * week without a revenue send rests the page: its stock falls, and there is no revenue to learn from.
 */
export function learnWeek(state: LearningState, week: EvidenceWeek): LearningState {
  assertEvidenceWeek(week);
  const { weekStart, volume } = week;
  if (state.lastWeek !== null && weekStart <= state.lastWeek) {
    throw new InvalidSettingsError('weekStart', weekStart, `a week after ${state.lastWeek}, the last one learnt`);
  }
  const firstWeek = state.firstWeek ?? weekStart;
  const aged = discounted(state.response, DISCOUNT_PER_WEEK ** weeksBetween(state.lastWeek ?? weekStart, weekStart));
  const stock = stockAfter(state.stock ?? undefined, volume);
  const rested = { ...state, firstWeek, lastWeek: weekStart, stock, response: aged };
  if (volume === 0) return rested;
  const logRevenue = Math.log1p(week.revenueUsd);
  const logVolume = Math.log(volume);
  return {
    ...rested,
    weekCount: state.weekCount + 1,
    response: withObservation(aged, [logRevenue, logVolume, volume, stock]),
    effect: withObservation(state.effect, [logRevenue, logVolume, weeksBetween(firstWeek, weekStart)]),
  };
}

/** The state after these weeks, in whatever order they are given: what recomputing from stored evidence comes to. */
export function learnWeeks(beginsAtVolume: number, weeks: readonly EvidenceWeek[]): LearningState {
  return inWeekOrder(weeks).reduce(learnWeek, newLearningState(beginsAtVolume));
}

const weeksBetween = (from: string, to: string): number => (dayNumberOf(to) - dayNumberOf(from)) / 7;
