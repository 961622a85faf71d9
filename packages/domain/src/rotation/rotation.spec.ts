import fc from 'fast-check';
import { HOUR_MS, localTimeAt } from '../time/index.js';
import {
  daysOnPattern,
  decideRotation,
  evolveRotation,
  slotsOf,
  type Rotation,
  type RotationCommand,
  type RotationDecision,
} from './rotation.js';
import type { RotationPattern } from './rotation-pattern.js';

const ZONE = 'America/Los_Angeles';
const START_MS = Date.UTC(2026, 2, 5, 20); // three days before the clocks go forward

const patternOf = (types: string, cycleDays: number, w: number): RotationPattern => ({
  content_types: [...types],
  sequence_type: 'shuffled_cycle',
  weights: {},
  cycle_length_days: cycleDays,
  avoid_repeat_within: w,
});
const PATTERNS = [
  patternOf('abcd', 2, 2),
  patternOf('bcde', 3, 4),
  patternOf('az', 1, 1),
  patternOf('acegi', 7, 3),
] as const;

/** The system under test: a rotation that commands are dispatched to. */
class Held {
  rotation: Rotation | undefined;

  dispatch(command: RotationCommand): RotationDecision {
    const decision = decideRotation(command, this.rotation);
    if (decision.type === 'accepted')
      this.rotation = decision.events.reduce<Rotation | undefined>(evolveRotation, this.rotation);
    return decision;
  }
}

/** What somebody sees who only watches the commands, the clock on the creator's wall, and the slots handed out. */
class Onlooker {
  nowMs = START_MS;
  state: 'none' | 'active' | 'paused' | 'rotating' = 'none';
  pattern = PATTERNS[0] as RotationPattern;
  midnightsAwake = 0;
  startsMs: number[] = [];
  drawn: string[] = [];
  taken = 0;

  wait(hours: number) {
    for (let hour = 0; hour < hours; hour++) {
      this.nowMs += HOUR_MS;
      if (localTimeAt(ZONE, this.nowMs).minuteOfDay < 60 && this.state !== 'paused') this.midnightsAwake += 1;
    }
  }

  begin(pattern: RotationPattern) {
    Object.assign(this, { state: 'active', pattern, midnightsAwake: 0, taken: 0 });
  }
}

type Step = fc.Command<Onlooker, Held>;

function check(seen: Onlooker, held: Held) {
  if (seen.state === 'none') return expect(held.rotation).toBeUndefined();
  const rotation = held.rotation as Rotation;
  expect({
    state: rotation.state,
    pattern: rotation.pattern,
    position: rotation.position,
    days: daysOnPattern(rotation, seen.nowMs, ZONE),
  }).toEqual({ state: seen.state, pattern: seen.pattern, position: seen.taken, days: seen.midnightsAwake });
}

/** A move that is allowed in some states only. */
class Move implements Step {
  constructor(
    readonly name: string,
    readonly from: readonly Onlooker['state'][],
    readonly commandAt: (nowMs: number) => RotationCommand,
    readonly seenAs: (seen: Onlooker) => void,
  ) {}
  check = () => true;
  run(seen: Onlooker, held: Held) {
    const before = held.rotation;
    const decision = held.dispatch(this.commandAt(seen.nowMs));
    if (this.from.includes(seen.state)) {
      expect(decision.type).toBe('accepted');
      this.seenAs(seen);
    } else {
      expect(decision).toMatchObject({ type: 'refused', state: seen.state });
      expect(held.rotation).toBe(before);
    }
    check(seen, held);
  }
  toString = () => this.name;
}

class Wait implements Step {
  constructor(readonly hours: number) {}
  check = () => true;
  run(seen: Onlooker, held: Held) {
    seen.wait(this.hours);
    check(seen, held);
  }
  toString = () => `wait ${this.hours} h`;
}

class Take implements Step {
  constructor(readonly count: number) {}
  check = () => true;
  run(seen: Onlooker, held: Held) {
    const shown = held.rotation ? slotsOf(held.rotation, held.rotation.position, this.count) : [];
    const decision = held.dispatch({ type: 'take', from: held.rotation?.position ?? 0, count: this.count });
    expect(decision.type).toBe(seen.state === 'none' ? 'refused' : 'accepted');
    if (seen.state === 'none') return;
    const w = seen.pattern.avoid_repeat_within;
    const repeats = shown.filter(
      (slot, i) => w > 1 && [...seen.drawn, ...shown.slice(0, i)].slice(1 - w).includes(slot),
    );
    expect(repeats).toEqual([]);
    expect(shown.filter((slot) => !seen.pattern.content_types.includes(slot))).toEqual([]);
    seen.drawn.push(...shown);
    seen.taken += this.count;
    const rotation = held.rotation as Rotation;
    const own = Math.min(seen.taken, seen.drawn.length);
    expect(slotsOf(rotation, 0, rotation.position)).toEqual(own > 0 ? seen.drawn.slice(-own) : []);
    check(seen, held);
  }
  toString = () => `take ${this.count}`;
}

class Renew implements Step {
  check = () => true;
  run(seen: Onlooker, held: Held) {
    const isDue = seen.state === 'active' && seen.midnightsAwake >= seen.pattern.cycle_length_days;
    const decision = held.dispatch({ type: 'renew', atMs: seen.nowMs, timeZone: ZONE });
    if (seen.state === 'none') expect(decision.type).toBe('refused');
    else expect(decision).toMatchObject({ type: 'accepted', events: isDue ? [{ type: 'renewed' }] : [] });
    if (isDue) seen.begin(seen.pattern);
    check(seen, held);
  }
  toString = () => 'renew';
}

const start = (pattern: RotationPattern) =>
  new Move(
    `start ${pattern.content_types.join('')}`,
    ['none'],
    (atMs) => ({ type: 'start', creatorId: 'c-1', pattern, atMs }),
    (seen) => seen.begin(pattern),
  );
const rotateTo = (next: RotationPattern) =>
  new Move(
    `rotate to ${next.content_types.join('')}`,
    ['active', 'rotating'],
    (atMs) => ({ type: 'rotate', next, atMs }),
    (seen) => seen.begin(next),
  );
const becoming = (state: Onlooker['state']) => (seen: Onlooker) => void (seen.state = state);
const pause = new Move('pause', ['active'], (atMs) => ({ type: 'pause', atMs }), becoming('paused'));
const resume = new Move('resume', ['paused'], (atMs) => ({ type: 'resume', atMs, timeZone: ZONE }), becoming('active'));
const rotate = new Move('rotate', ['active'], (atMs) => ({ type: 'rotate', atMs }), becoming('rotating'));

describe('a rotation', () => {
  it('moves, counts its days and hands out slots as an onlooker expects', () => {
    const steps = fc.commands(
      [
        fc.constantFrom(...PATTERNS).map(start),
        fc.constantFrom(...PATTERNS).map(rotateTo),
        fc.constantFrom<Step>(pause, resume, rotate, new Renew()),
        fc.constantFrom(1, 3, 7, 24, 25, 72).map((hours) => new Wait(hours)),
        fc.nat({ max: 9 }).map((count) => new Take(count)),
      ],
      { maxCommands: 40, size: 'max' },
    );
    const property = fc.property(steps, (script) =>
      fc.modelRun(() => ({ model: new Onlooker(), real: new Held() }), [start(PATTERNS[0]), ...script]),
    );
    fc.assert(property, { numRuns: 1_000 });
  });

  const held = (...commands: RotationCommand[]): Held => {
    const result = new Held();
    for (const command of commands) expect(result.dispatch(command).type).toBe('accepted');
    return result;
  };
  const [first, second] = PATTERNS;
  const begin: RotationCommand = { type: 'start', creatorId: 'c-1', pattern: first, atMs: START_MS };
  const moves: Record<string, RotationCommand> = {
    start: begin,
    pause: { type: 'pause', atMs: START_MS },
    resume: { type: 'resume', atMs: START_MS, timeZone: ZONE },
    rotate: { type: 'rotate', atMs: START_MS },
    'rotate to': { type: 'rotate', next: second, atMs: START_MS },
    take: { type: 'take', from: 0, count: 3 },
  };
  const initializing: Rotation = {
    creatorId: 'c-1',
    state: 'initializing',
    pattern: second,
    patternStartMs: START_MS,
    drawsBefore: [],
    position: 2,
    pausedDays: 0,
    legacyPattern: '{}',
  };

  it.each([
    ['none', 'start', 'active'],
    ['none', 'pause', 'active (by start)'],
    ['none', 'resume', 'active (by start)'],
    ['none', 'rotate', 'active (by start)'],
    ['none', 'take', 'active (by start)'],
    ['initializing', 'start', 'active'],
    ['initializing', 'pause', 'active (by start)'],
    ['initializing', 'resume', 'active (by start)'],
    ['initializing', 'rotate to', 'active (by start)'],
    ['initializing', 'take', 'active'],
    ['active', 'start', 'paused (by pause), rotating (by rotate), active with a next pattern (by rotate)'],
    ['active', 'pause', 'paused'],
    ['active', 'resume', 'paused (by pause), rotating (by rotate), active with a next pattern (by rotate)'],
    ['active', 'rotate', 'rotating'],
    ['active', 'rotate to', 'active'],
    ['active', 'take', 'active'],
    ['paused', 'start', 'active (by resume)'],
    ['paused', 'pause', 'active (by resume)'],
    ['paused', 'resume', 'active'],
    ['paused', 'rotate', 'active (by resume)'],
    ['paused', 'rotate to', 'active (by resume)'],
    ['paused', 'take', 'paused'],
    ['rotating', 'start', 'active with a next pattern (by rotate)'],
    ['rotating', 'pause', 'active with a next pattern (by rotate)'],
    ['rotating', 'resume', 'active with a next pattern (by rotate)'],
    ['rotating', 'rotate', 'active with a next pattern (by rotate)'],
    ['rotating', 'rotate to', 'active'],
    ['rotating', 'take', 'rotating'],
  ])('that is %s and asked to %s: %s', (state, move, outcome) => {
    const from = new Held();
    if (state === 'initializing') from.rotation = initializing;
    else if (state !== 'none')
      from.rotation = held(
        begin,
        ...(state === 'active' ? [] : ([state === 'paused' ? moves['pause'] : moves['rotate']] as RotationCommand[])),
      ).rotation;
    const decision = from.dispatch(moves[move] as RotationCommand);
    expect(decision.type === 'refused' ? decision.allowed.join(', ') : from.rotation?.state).toBe(outcome);
  });

  it('goes through rotating when it gets its next pattern, and restarts the count of days', () => {
    const active = held(begin, { type: 'take', from: 0, count: 5 });
    const atMs = START_MS + 50 * HOUR_MS;
    const decision = active.dispatch({ type: 'rotate', next: second, atMs });
    expect(decision).toMatchObject({
      events: [{ type: 'rotation_begun' }, { type: 'pattern_changed', startMs: atMs }],
    });
    expect(daysOnPattern(active.rotation as Rotation, atMs, ZONE)).toBe(0);
    expect(active.rotation?.drawsBefore).toHaveLength(5);
  });

  it('never begins two patterns at one instant, since the beginning names the pattern', () => {
    const rotation = held(
      begin,
      { type: 'rotate', next: second, atMs: START_MS },
      { type: 'rotate', next: first, atMs: START_MS - 9 },
    );
    expect(rotation.rotation?.patternStartMs).toBe(START_MS + 2);
  });

  it('keeps the draws of a pattern and of those before it, as far as any window reaches', () => {
    const rotation = held(
      begin,
      { type: 'take', from: 0, count: 2 },
      { type: 'rotate', next: second, atMs: START_MS + 1 },
    );
    rotation.dispatch({ type: 'take', from: 0, count: 70 });
    rotation.dispatch({ type: 'rotate', next: first, atMs: START_MS + 2 });
    expect(rotation.rotation?.drawsBefore).toHaveLength(63);
  });

  it('may take slots again, and gets the same ones', () => {
    const rotation = held(begin, { type: 'take', from: 0, count: 12 });
    const shown = slotsOf(rotation.rotation as Rotation, 4, 8);
    rotation.dispatch({ type: 'take', from: 4, count: 3 });
    expect(rotation.rotation?.position).toBe(7);
    expect(slotsOf(rotation.rotation as Rotation, 4, 8)).toEqual(shown);
  });

  it('keeps what an adopted row held, through every change', () => {
    const rotation = new Held();
    rotation.rotation = initializing;
    for (const move of ['start', 'pause', 'resume', 'rotate', 'rotate to', 'take'])
      rotation.dispatch(moves[move] as RotationCommand);
    expect(rotation.rotation).toMatchObject({ state: 'active', legacyPattern: '{}' });
  });

  it('stands still from the instant of its pause, and counts no day twice over a change of clocks', () => {
    const rotation = held(begin, { type: 'pause', atMs: START_MS + 30 * HOUR_MS });
    expect(daysOnPattern(rotation.rotation as Rotation, START_MS + 300 * HOUR_MS, ZONE)).toBe(1);
    rotation.dispatch({ type: 'resume', atMs: START_MS + 300 * HOUR_MS, timeZone: ZONE });
    expect(daysOnPattern(rotation.rotation as Rotation, START_MS + 300 * HOUR_MS, ZONE)).toBe(1);
    expect(daysOnPattern(rotation.rotation as Rotation, START_MS - HOUR_MS, ZONE)).toBe(0);
  });
});
