import { clamp, roundHalfUp } from '../arithmetic/index.js';
import { seededRandom } from '../chance/index.js';
import { shortfallRisk } from './budget.js';
import type { LearningState } from './learning-state.js';
import { FATIGUE_LIMIT } from './measured-fatigue.js';
import { candidateVolumes, jointPosteriorOf, marginalOf, type Posterior } from './posterior.js';

/** The rules of the update. `DEFAULT_OFFSET_POLICY` says what each is unless told otherwise. */
export interface OffsetPolicy {
  /** Weeks of evidence before the volume is moved at all. */
  readonly minWeeks: number;
  /** The volume is aimed at the median of this many draws of v*; odd. One explores most, more explore less. */
  readonly draws: number;
  /** Planned weeks at an offset before it may change again. */
  readonly dwellWeeks: number;
  /** The share of the computed volume's revenue that is put at risk by no more than `riskLimit`. */
  readonly revenueFloor: number;
  readonly riskLimit: number;
  /** Total revenue sends a day, both ends included (predecessor facts 2.1). */
  readonly bounds: { readonly min: number; readonly max: number };
}

export const DEFAULT_OFFSET_POLICY: OffsetPolicy = {
  minWeeks: 4,
  draws: 5,
  dwellWeeks: 1,
  revenueFloor: 0.95,
  riskLimit: 0.5,
  bounds: { min: 1, max: 8 },
};

/** All that the offset of a planned week depends on. Stored with the decision, it gives the same decision again. */
export interface OffsetInput {
  readonly state: LearningState;
  /** Whole revenue sends a day as computed, without any offset. */
  readonly computedVolume: number;
  /** The offset of the planned week before this one; 0 before the first. */
  readonly lastOffset: number;
  /** Planned weeks since the offset last changed, that of the change included; a large number if it never did. */
  readonly weeksAtOffset: number;
  /** 0..1, from `fatigueLevel`. */
  readonly fatigue: number;
  readonly isFrozen: boolean;
  /** Makes the draws: creator and week. */
  readonly seed: string;
}

/**
 * What shaped an offset, most binding first:
 * `frozen` an operator froze the creator; `insufficient_evidence` too few weeks are known; `dwell` the last change is too
 * fresh; `fatigue` the fans are measurably tired; `conservative_budget` the volume would probably earn too little;
 * `bounds` the total reached its limits; `step_limit` it wanted to move by more than one; `none` it is what was wanted.
 */
export type OffsetGuard =
  'frozen' | 'insufficient_evidence' | 'dwell' | 'fatigue' | 'conservative_budget' | 'bounds' | 'step_limit' | 'none';

export interface OffsetDecision {
  /** Added to the computed volume; differs from the last one by at most 1. */
  readonly offset: number;
  /** Whole revenue sends a day to plan: computed volume and offset, inside the bounds. */
  readonly volume: number;
  readonly guard: OffsetGuard;
  /** The best volume that was drawn, sends a day; null when nothing was drawn. */
  readonly target: number | null;
}

/**
 * The offset of the next planned week. Draws the best volume from the posterior, so that what is uncertain is tried and
 * what is certain is kept to, then moves at most one send a day towards it, past the guards.
 *
 * Source: spec, section 9. The median of a few draws is damped Thompson sampling: it explores less than one draw would.
 */
export function nextOffset(input: OffsetInput, policy: OffsetPolicy = DEFAULT_OFFSET_POLICY): OffsetDecision {
  const { state, computedVolume, lastOffset } = input;
  const decided = (offset: number, guard: OffsetGuard, target: number | null): OffsetDecision => ({
    offset,
    volume: clamp(computedVolume + offset, policy.bounds.min, policy.bounds.max),
    guard,
    target,
  });
  if (input.isFrozen) return decided(lastOffset, 'frozen', null);
  if (state.weekCount < policy.minWeeks) return decided(lastOffset, 'insufficient_evidence', null);
  if (input.weeksAtOffset < policy.dwellWeeks) return decided(lastOffset, 'dwell', null);

  const joint = jointPosteriorOf(state);
  const target = medianDraw(marginalOf(joint), policy.draws, input.seed);
  const bounded = clamp(target, policy.bounds.min, policy.bounds.max);
  const wanted = roundHalfUp(bounded) - computedVolume;
  const step = clamp(wanted - lastOffset, -1, 1);
  const offset = lastOffset + step;
  if (step > 0 && input.fatigue >= FATIGUE_LIMIT) return decided(lastOffset, 'fatigue', target);

  const isLeaving = Math.abs(offset) > Math.abs(lastOffset);
  const tried = decided(offset, 'none', target).volume;
  if (isLeaving && shortfallRisk(joint, computedVolume, tried, policy.revenueFloor) > policy.riskLimit) {
    return decided(lastOffset, 'conservative_budget', target);
  }
  if (offset !== wanted) return decided(offset, 'step_limit', target);
  return decided(offset, roundHalfUp(target) === roundHalfUp(bounded) ? 'none' : 'bounds', target);
}

function medianDraw(posterior: Posterior, draws: number, seed: string): number {
  const random = seededRandom(seed);
  const volumes = candidateVolumes(posterior);
  const drawn = Array.from({ length: draws }, () => {
    let left = random();
    const index = posterior.weights.findIndex((weight) => (left -= weight) < 0);
    return volumes[index === -1 ? volumes.length - 1 : index] ?? posterior.centre;
  });
  return drawn.sort((a, b) => a - b)[Math.floor(draws / 2)] ?? posterior.centre;
}
