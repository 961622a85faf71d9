import {
  adoptLegacyRotation,
  formatInstant,
  HOUR_MS,
  InvalidPatternError,
  parseInstant,
  parsePattern,
  ROTATION_STATES,
  type Rotation,
} from '@eros/domain';
import type { Columns } from './columns.js';

/** A row of `creator_rotation_state`, ours or the predecessor's. */
export interface RotationRow {
  creator_id: string;
  rotation_pattern: string;
  pattern_start_date: string;
  current_state: string | null;
  updated_at: string | null;
  position: number;
  draws_before: string | null;
  paused_at: string | null;
  paused_days: number;
  legacy_pattern: string | null;
  version: number;
}

/**
 * What a row says. A row of the predecessor is read as what the spec makes of it.
 *
 * @throws {InvalidPatternError} when it holds no pattern, state or instant that can be read.
 */
export function rotationFrom(row: RotationRow): Rotation {
  const { creator_id: creatorId } = row;
  const patternStartMs = startIn(row);
  const legacy = adoptLegacyRotation(row.current_state ?? 'initializing', row.rotation_pattern);
  const state = legacy?.state ?? ROTATION_STATES.find((known) => known === (row.current_state ?? 'initializing'));
  if (!state) throw unreadable(row, 'current_state', row.current_state, ROTATION_STATES.join(', '));
  const facts = {
    creatorId,
    pattern: legacy?.pattern ?? patternIn(row),
    patternStartMs,
    drawsBefore: drawsIn(row),
    position: legacy?.position ?? row.position,
    pausedDays: row.paused_days,
    ...legacyPattern(legacy?.legacyPattern ?? row.legacy_pattern),
  };
  if (state !== 'paused') return { ...facts, state };
  // A row paused by the predecessor does not say since when; it was written then.
  const pausedAtMs = parseInstant(row.paused_at ?? row.updated_at ?? row.pattern_start_date) ?? patternStartMs;
  return { ...facts, state, pausedAtMs: Math.max(pausedAtMs, patternStartMs) };
}

/** What is stored of a rotation, beside its key, its version and when it was written. */
export const columnsOf = (rotation: Rotation): Columns => ({
  rotation_pattern: JSON.stringify(rotation.pattern),
  pattern_start_date: formatInstant(rotation.patternStartMs),
  current_state: rotation.state,
  position: rotation.position,
  draws_before: JSON.stringify(rotation.drawsBefore),
  paused_at: rotation.state === 'paused' ? formatInstant(rotation.pausedAtMs) : null,
  paused_days: rotation.pausedDays,
  legacy_pattern: rotation.legacyPattern ?? null,
});

const legacyPattern = (text: string | null): { legacyPattern?: string } =>
  text === null ? {} : { legacyPattern: text };

/** A bare date is a creator-local day. Its noon in UTC lies on that day in all but the outermost zones. */
function startIn(row: RotationRow): number {
  const startMs = parseInstant(row.pattern_start_date);
  if (startMs === undefined) throw unreadable(row, 'pattern_start_date', row.pattern_start_date, 'an ISO 8601 instant');
  return row.pattern_start_date.trim().length === 10 ? startMs + 12 * HOUR_MS : startMs;
}

function patternIn(row: RotationRow) {
  try {
    return parsePattern(JSON.parse(row.rotation_pattern));
  } catch (error) {
    if (error instanceof InvalidPatternError) throw unreadable(row, error.field, error.given, error.expected);
    throw unreadable(row, 'rotation_pattern', row.rotation_pattern, 'the JSON of a pattern');
  }
}

function drawsIn(row: RotationRow): string[] {
  const draws: unknown = JSON.parse(row.draws_before ?? '[]');
  if (Array.isArray(draws) && draws.every((draw) => typeof draw === 'string')) return draws;
  throw unreadable(row, 'draws_before', row.draws_before, 'a JSON list of content types');
}

const unreadable = (row: RotationRow, field: string, given: string | null, expected: string): InvalidPatternError =>
  new InvalidPatternError(
    `creator_rotation_state of "${row.creator_id}": ${field}`,
    String(given).slice(0, 200),
    expected,
  );
