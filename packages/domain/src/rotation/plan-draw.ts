import {
  decideRotation,
  evolveRotation,
  slotsOf,
  type Rotation,
  type RotationCommand,
  type RotationEvent,
} from './rotation.js';
import type { RotationPattern } from './rotation-pattern.js';

/** A stretch of slots, named by the pattern it was drawn from. A planned week stores the one it took. */
export interface TakenSlots {
  readonly patternStartMs: number;
  /** The first slot. */
  readonly from: number;
  /** The first slot after it. */
  readonly to: number;
}

export interface PlanDrawRequest {
  readonly creatorId: string;
  readonly timeZone: string;
  readonly asOfMs: number;
  /** How many slots to show. */
  readonly count: number;
  /** Served to a creator without a rotation; see `defaultPattern`. */
  readonly defaultPattern: RotationPattern | undefined;
  /** When a week is planned again: the slots it took before. */
  readonly replacing?: TakenSlots;
}

export interface PlanDraw {
  /** The rotation as the plan finds it: started or renewed where that was due, and wound back where a week is replaced. */
  readonly rotation: Rotation;
  /** What led there from the stored rotation; to be saved together with the slots that are taken. */
  readonly events: readonly RotationEvent[];
  /** The slots that the plan may take from the front, beginning at the rotation's position. */
  readonly slots: readonly string[];
  /** Whether the replaced week's own slots were given back, being the last ones taken. Otherwise it keeps those. */
  readonly isWoundBack: boolean;
}

/**
 * What a plan draws from. A creator without a rotation gets the default pattern; an active pattern at its
 * `cycle_length_days` is renewed. A plan that replaces the last planned week begins at that week's first slot, under the
 * same pattern, even one that has reached its length; one that replaces an earlier week goes on behind all slots taken.
 * Nothing is changed by looking: apply `events` and take slots to do so. Source: spec, section 3.
 *
 * @returns `undefined` when there is neither a rotation nor a default pattern.
 */
export function drawForPlan(stored: Rotation | undefined, request: PlanDrawRequest): PlanDraw | undefined {
  const { creatorId, timeZone, asOfMs: atMs, count, defaultPattern, replacing } = request;
  if (!stored && !defaultPattern) return undefined;
  const isWoundBack = stored !== undefined && replacing !== undefined && isLastTaken(stored, replacing);
  const command = ((): RotationCommand => {
    if (!stored) return { type: 'start', creatorId, pattern: defaultPattern as RotationPattern, atMs };
    return isWoundBack ? { type: 'take', from: replacing.from, count: 0 } : { type: 'renew', atMs, timeZone };
  })();
  const decision = decideRotation(command, stored);
  if (decision.type === 'refused') throw new Error(`bug: a plan was refused: ${decision.state} to ${decision.to}`);
  const rotation = decision.events.reduce<Rotation | undefined>(evolveRotation, stored);
  if (!rotation) throw new Error('bug: a plan without a rotation');
  return { rotation, events: decision.events, slots: slotsOf(rotation, rotation.position, count), isWoundBack };
}

const isLastTaken = (rotation: Rotation, range: TakenSlots): boolean =>
  range.patternStartMs === rotation.patternStartMs && range.to === rotation.position && range.from <= range.to;
