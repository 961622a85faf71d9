import { adoptLegacyRotation, LEGACY_PATTERN } from './legacy-rotation.js';
import { checkPattern } from './rotation-pattern.js';

const JSON_TEXT = '{"pattern_index": 2, "position": 5}';

describe('a row of the predecessor', () => {
  it.each([
    ['INITIALIZING', 'initializing'],
    ['PATTERN_ACTIVE', 'active'],
    ['ROTATION_PENDING', 'active'],
    ['PATTERN_EXHAUSTED', 'active'],
    ['ROTATING', 'rotating'],
    ['ERROR', 'paused'],
    ['pattern_active', 'active'],
  ])('in %s becomes %s, with its position and its JSON kept', (text, state) => {
    expect(adoptLegacyRotation(text, JSON_TEXT)).toEqual({
      state,
      pattern: LEGACY_PATTERN,
      position: 5,
      legacyPattern: JSON_TEXT,
    });
  });

  it('becomes a pattern that could have been started today', () => {
    expect(checkPattern(LEGACY_PATTERN)).toEqual({
      content_types: ['solo', 'bundle', 'winner', 'sextape'],
      sequence_type: 'round_robin',
      weights: { solo: 0.25, bundle: 0.25, winner: 0.25, sextape: 0.25 },
      cycle_length_days: 4,
      avoid_repeat_within: 2,
    });
  });

  it('is refused rather than guessed at when it says what the predecessor never wrote', () => {
    expect(() => adoptLegacyRotation('SLEEPING', JSON_TEXT)).toThrow(
      expect.objectContaining({ field: 'current_state' }),
    );
    expect(() => adoptLegacyRotation('ERROR', '{"pattern_index": 2, "position": -1}')).toThrow(
      expect.objectContaining({ field: 'rotation_pattern.position' }),
    );
  });

  it('is told from ours by its JSON', () => {
    expect(adoptLegacyRotation('active', JSON.stringify(LEGACY_PATTERN))).toBeUndefined();
    expect(adoptLegacyRotation('PATTERN_ACTIVE', 'no json')).toBeUndefined();
    expect(adoptLegacyRotation('PATTERN_ACTIVE', '{}')).toBeUndefined();
  });
});
