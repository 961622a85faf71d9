import { dayNumberOf, localTimeAt } from '../time/index.js';
import { unreachable } from '../unreachable.js';
import { MAX_CONTENT_TYPES, type RotationPattern } from './rotation-pattern.js';
import { drawSlots } from './slots.js';

/** The states of the schema reference. */
export type RotationState = 'initializing' | 'active' | 'paused' | 'rotating';
export const ROTATION_STATES: readonly RotationState[] = ['initializing', 'active', 'paused', 'rotating'];

interface RotationFacts {
  readonly creatorId: string;
  readonly pattern: RotationPattern;
  /** Grows with every pattern and every renewal, so that it names the stretch of slots drawn under it. */
  readonly patternStartMs: number;
  /** The draws before the pattern began, oldest first, as many as any next pattern may ask for. */
  readonly drawsBefore: readonly string[];
  /** How many slots of this pattern have been taken; the next one has this number. */
  readonly position: number;
  /** Creator-local midnights that passed in finished pauses since the pattern began. */
  readonly pausedDays: number;
  /** Of an adopted row: the predecessor's own JSON, as it was found. */
  readonly legacyPattern?: string;
}

/** Which content type a creator's next slots hold. */
export type Rotation =
  | (RotationFacts & { readonly state: 'initializing' | 'active' | 'rotating' })
  | (RotationFacts & { readonly state: 'paused'; readonly pausedAtMs: number });

export type RotationCommand =
  /** Sets up the pattern of a creator without one, or of an adopted one that never became active. */
  | { readonly type: 'start'; readonly creatorId: string; readonly pattern: RotationPattern; readonly atMs: number }
  | { readonly type: 'pause'; readonly atMs: number }
  | { readonly type: 'resume'; readonly atMs: number; readonly timeZone: string }
  /** Leaves the pattern for the next one; without a next one it stops in `rotating`, still served by the old. */
  | { readonly type: 'rotate'; readonly next?: RotationPattern; readonly atMs: number }
  /** Begins an active pattern anew when it has reached its `cycle_length_days`; before that nothing happens. */
  | { readonly type: 'renew'; readonly atMs: number; readonly timeZone: string }
  /** Takes `count` slots, beginning at `from`: the present position, or an earlier one to take slots again. */
  | { readonly type: 'take'; readonly from: number; readonly count: number };

export type RotationEvent =
  | {
      readonly type: 'initialized';
      readonly creatorId: string;
      readonly pattern: RotationPattern;
      readonly startMs: number;
      readonly drawsBefore: readonly string[];
    }
  | { readonly type: 'activated' }
  | { readonly type: 'paused'; readonly atMs: number }
  | { readonly type: 'resumed'; readonly pausedDays: number }
  | { readonly type: 'rotation_begun' }
  | {
      readonly type: 'pattern_changed' | 'renewed';
      readonly pattern: RotationPattern;
      readonly startMs: number;
      readonly drawsBefore: readonly string[];
    }
  | { readonly type: 'slots_taken'; readonly position: number };

export type RotationDecision =
  | { readonly type: 'accepted'; readonly events: readonly RotationEvent[] }
  | {
      readonly type: 'refused';
      readonly state: RotationState | 'none';
      readonly to: string;
      readonly allowed: readonly string[];
    };

/** Where each state can go, and by which call; every other move is refused with this list. */
const MOVES: Record<RotationState | 'none', readonly string[]> = {
  none: ['active (by start)'],
  initializing: ['active (by start)'],
  active: ['paused (by pause)', 'rotating (by rotate)', 'active with a next pattern (by rotate)'],
  paused: ['active (by resume)'],
  rotating: ['active with a next pattern (by rotate)'],
};

/** What a creator without a rotation is told it cannot become. */
const TARGETS = {
  pause: 'paused',
  resume: 'active',
  rotate: 'rotating',
  renew: 'renewed',
  take: 'drawn from',
} as const;

/**
 * What a command does to a creator's rotation; `undefined`: the creator has none.
 *
 * Taking slots is allowed in every state: a paused pattern is still served and a rotating one serves the old pattern. The first
 * slots taken from an `initializing` rotation make it active. Source: spec, section 3.
 */
export function decideRotation(command: RotationCommand, rotation: Rotation | undefined): RotationDecision {
  const refuse = (to: string): RotationDecision => {
    const state = rotation?.state ?? 'none';
    return { type: 'refused', state, to, allowed: MOVES[state] };
  };
  if (command.type === 'start') {
    if (rotation && rotation.state !== 'initializing') return refuse('active');
    const { creatorId, pattern, atMs } = command;
    return accept({ type: 'initialized', creatorId, pattern, ...beginning(rotation, atMs) }, { type: 'activated' });
  }
  if (!rotation) return refuse(TARGETS[command.type]);
  switch (command.type) {
    case 'pause':
      return rotation.state === 'active' ? accept({ type: 'paused', atMs: command.atMs }) : refuse('paused');
    case 'resume':
      if (rotation.state !== 'paused') return refuse('active');
      return accept({
        type: 'resumed',
        pausedDays: rotation.pausedDays + midnights(rotation.pausedAtMs, command.atMs, command.timeZone),
      });
    case 'rotate':
      return decideRotate(command, rotation) ?? refuse('rotating');
    case 'renew': {
      const isDue = daysOnPattern(rotation, command.atMs, command.timeZone) >= rotation.pattern.cycle_length_days;
      if (rotation.state !== 'active' || !isDue) return accept();
      return accept({ type: 'renewed', pattern: rotation.pattern, ...beginning(rotation, command.atMs) });
    }
    case 'take': {
      const { from, count } = command;
      if (from < 0 || from > rotation.position || count < 0)
        throw new Error(`bug: slots ${from}+${count} of ${rotation.position}`);
      const taken: RotationEvent = { type: 'slots_taken', position: from + count };
      return rotation.state === 'initializing' ? accept({ type: 'activated' }, taken) : accept(taken);
    }
    default:
      return unreachable(command);
  }
}

function decideRotate(
  { next, atMs }: { next?: RotationPattern; atMs: number },
  rotation: Rotation,
): RotationDecision | undefined {
  const begins: RotationEvent[] = rotation.state === 'active' ? [{ type: 'rotation_begun' }] : [];
  if (next) {
    if (rotation.state !== 'active' && rotation.state !== 'rotating') return undefined;
    return accept(...begins, { type: 'pattern_changed', pattern: next, ...beginning(rotation, atMs) });
  }
  return begins.length > 0 ? accept(...begins) : undefined;
}

/** The rotation after an event; `undefined` before the first. */
export function evolveRotation(rotation: Rotation | undefined, event: RotationEvent): Rotation {
  if (event.type === 'initialized') {
    const { creatorId, pattern, startMs: patternStartMs, drawsBefore } = event;
    return {
      creatorId,
      ...legacyOf(rotation),
      state: 'initializing',
      pattern,
      patternStartMs,
      drawsBefore,
      position: 0,
      pausedDays: 0,
    };
  }
  if (!rotation) throw new Error(`bug: ${event.type} before the rotation was initialized`);
  const { creatorId, pattern, patternStartMs, drawsBefore, position, pausedDays } = rotation;
  const facts: RotationFacts = {
    creatorId,
    ...legacyOf(rotation),
    pattern,
    patternStartMs,
    drawsBefore,
    position,
    pausedDays,
  };
  switch (event.type) {
    case 'activated':
      return { ...facts, state: 'active' };
    case 'paused':
      return { ...facts, state: 'paused', pausedAtMs: event.atMs };
    case 'resumed':
      return { ...facts, state: 'active', pausedDays: event.pausedDays };
    case 'rotation_begun':
      return { ...facts, state: 'rotating' };
    case 'pattern_changed':
    case 'renewed':
      return {
        ...facts,
        state: 'active',
        pattern: event.pattern,
        patternStartMs: event.startMs,
        drawsBefore: event.drawsBefore,
        position: 0,
        pausedDays: 0,
      };
    case 'slots_taken':
      return { ...rotation, position: event.position };
    default:
      return unreachable(event);
  }
}

/**
 * Creator-local midnights that have passed since the pattern began, those of pauses left out; never negative, even for an
 * instant before the beginning. This is the `days_on_pattern` of the schema reference.
 */
export function daysOnPattern(rotation: Rotation, atMs: number, timeZone: string): number {
  const untilMs = rotation.state === 'paused' ? Math.min(atMs, rotation.pausedAtMs) : atMs;
  return Math.max(0, midnights(rotation.patternStartMs, untilMs, timeZone) - rotation.pausedDays);
}

/** The slots of the present pattern from number `from` on. They are the same whether they have been taken or not. */
export function slotsOf(rotation: Rotation, from: number, count: number): string[] {
  const { creatorId, pattern, patternStartMs, drawsBefore } = rotation;
  return drawSlots({ creatorId, pattern, patternStartMs, drawsBefore, from, count });
}

/** Where a pattern begins: strictly later than the one before it, since its start names it, and behind that one's draws. */
function beginning(rotation: Rotation | undefined, atMs: number): { startMs: number; drawsBefore: readonly string[] } {
  if (!rotation) return { startMs: atMs, drawsBefore: [] };
  const kept = MAX_CONTENT_TYPES - 1; // no window reaches further back
  const from = Math.max(0, rotation.position - kept);
  const drawsBefore = [...rotation.drawsBefore, ...slotsOf(rotation, from, rotation.position - from)].slice(-kept);
  return { startMs: Math.max(atMs, rotation.patternStartMs + 1), drawsBefore };
}

const legacyOf = (rotation: Rotation | undefined): { legacyPattern?: string } =>
  rotation?.legacyPattern === undefined ? {} : { legacyPattern: rotation.legacyPattern };

function midnights(fromMs: number, untilMs: number, timeZone: string): number {
  const dayOf = (atMs: number): number => dayNumberOf(localTimeAt(timeZone, atMs).date);
  return Math.max(0, dayOf(untilMs) - dayOf(fromMs));
}

const accept = (...events: RotationEvent[]): RotationDecision => ({ type: 'accepted', events });
