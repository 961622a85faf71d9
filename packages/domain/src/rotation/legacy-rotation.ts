import { InvalidPatternError } from './errors.js';
import type { RotationState } from './rotation.js';
import type { RotationPattern } from './rotation-pattern.js';

/** The predecessor's states, by the names it stored, and ours. */
const LEGACY_STATES: Readonly<Record<string, RotationState>> = {
  INITIALIZING: 'initializing',
  PATTERN_ACTIVE: 'active',
  ROTATION_PENDING: 'active',
  PATTERN_EXHAUSTED: 'active',
  ROTATING: 'rotating',
  ERROR: 'paused',
};
export const LEGACY_ROTATION_STATES: readonly string[] = Object.keys(LEGACY_STATES);

/** The predecessor's four PPV styles in listed order, as content types. */
export const LEGACY_PATTERN: RotationPattern = {
  content_types: ['solo', 'bundle', 'winner', 'sextape'],
  sequence_type: 'round_robin',
  weights: { solo: 0.25, bundle: 0.25, winner: 0.25, sextape: 0.25 },
  cycle_length_days: 4,
  avoid_repeat_within: 2,
};

export interface AdoptedRotation {
  readonly state: RotationState;
  readonly pattern: RotationPattern;
  readonly position: number;
  /** The JSON as it was found. */
  readonly legacyPattern: string;
}

/**
 * What a row of the predecessor becomes: its state by the table of the spec (section 3), its pattern `round_robin` over its
 * four styles, its position kept.
 *
 * @returns `undefined` for a row that is not the predecessor's, which is told by its JSON having no `content_types`: such a
 *   row is ours, or nobody's.
 * @throws {InvalidPatternError} when the row is the predecessor's by its JSON, but its state or its position is not one it
 *   knew. Guessing would lose what the row meant (predecessor facts 9.B4).
 */
export function adoptLegacyRotation(stateText: string, patternJson: string): AdoptedRotation | undefined {
  const stored = readObject(patternJson);
  if (!stored || 'content_types' in stored || !('pattern_index' in stored || 'position' in stored)) return undefined;
  const known = stateText.trim();
  const state = LEGACY_STATES[known.toUpperCase()] ?? OUR_STATES[known.toLowerCase()];
  if (!state)
    throw new InvalidPatternError('current_state', JSON.stringify(stateText), LEGACY_ROTATION_STATES.join(', '));
  const position = stored['position'] ?? 0;
  if (typeof position !== 'number' || !Number.isInteger(position) || position < 0) {
    throw new InvalidPatternError('rotation_pattern.position', JSON.stringify(position), 'a whole number from 0 on');
  }
  return { state, pattern: LEGACY_PATTERN, position, legacyPattern: patternJson };
}

/** The predecessor could also be handed a row in the documented spelling. */
const OUR_STATES: Readonly<Record<string, RotationState>> = { active: 'active', paused: 'paused' };

function readObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // no JSON at all: not a row of the predecessor's either, and whoever reads it next says so
  }
}
