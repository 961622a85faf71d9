import { DAY_MS } from '../time/index.js';
import { drawForPlan, type PlanDraw, type PlanDrawRequest } from './plan-draw.js';
import { decideRotation, evolveRotation, type Rotation, type RotationCommand } from './rotation.js';
import type { RotationPattern } from './rotation-pattern.js';

const MONDAY_MS = Date.UTC(2026, 5, 1, 7);
const pattern: RotationPattern = {
  content_types: ['b_g', 'solo', 'toy', 'feet'],
  sequence_type: 'weighted_random',
  weights: { b_g: 0.4, solo: 0.3, toy: 0.2, feet: 0.1 },
  cycle_length_days: 7,
  avoid_repeat_within: 3,
};
const request: PlanDrawRequest = {
  creatorId: 'c-1',
  timeZone: 'Europe/Berlin',
  asOfMs: MONDAY_MS,
  count: 20,
  defaultPattern: pattern,
};

const after = (rotation: Rotation, command: RotationCommand): Rotation => {
  const decision = decideRotation(command, rotation);
  if (decision.type === 'refused') throw new Error(decision.to);
  return decision.events.reduce<Rotation>(evolveRotation, rotation);
};
const taking = ({ rotation }: PlanDraw, count: number): Rotation =>
  after(rotation, { type: 'take', from: rotation.position, count });
const drawn = (rotation: Rotation | undefined, more: Partial<PlanDrawRequest> = {}): PlanDraw => {
  const draw = drawForPlan(rotation, { ...request, ...more });
  if (!draw) throw new Error('no draw');
  return draw;
};
const week = (rotation: Rotation, from: number, to: number) => ({ patternStartMs: rotation.patternStartMs, from, to });

describe('a plan', () => {
  it('starts the default pattern for a creator without a rotation, and does nothing without one', () => {
    const draw = drawn(undefined);
    expect(draw.events.map(({ type }) => type)).toEqual(['initialized', 'activated']);
    expect(draw.rotation).toMatchObject({ state: 'active', pattern, patternStartMs: MONDAY_MS, position: 0 });
    expect(draw.slots).toHaveLength(20);
    expect(drawForPlan(undefined, { ...request, defaultPattern: undefined })).toBeUndefined();
  });

  it('goes on behind the slots taken, and keeps the pattern until its last day has passed', () => {
    const rotation = taking(drawn(undefined), 12);
    const next = drawn(rotation, { asOfMs: MONDAY_MS + 6 * DAY_MS });
    expect(next.events).toEqual([]);
    expect(next.slots).toEqual(drawn(undefined, { count: 32 }).slots.slice(12));
  });

  it('renews an active pattern that has reached its length, behind the draws it made', () => {
    const first = drawn(undefined);
    const next = drawn(taking(first, 12), { asOfMs: MONDAY_MS + 7 * DAY_MS });
    expect(next.events.map(({ type }) => type)).toEqual(['renewed']);
    expect(next.rotation).toMatchObject({ pattern, patternStartMs: MONDAY_MS + 7 * DAY_MS, position: 0 });
    expect(next.rotation.drawsBefore).toEqual(first.slots.slice(0, 12));
  });

  it('renews neither a paused nor a rotating pattern', () => {
    const rotation = taking(drawn(undefined), 12);
    for (const type of ['pause', 'rotate'] as const) {
      const draw = drawn(after(rotation, { type, atMs: MONDAY_MS }), { asOfMs: MONDAY_MS + 30 * DAY_MS });
      expect(draw).toMatchObject({ events: [], rotation: { position: 12 } });
    }
  });

  it('that replaces the last planned week begins at its first slot, also when the pattern has reached its length', () => {
    const first = drawn(undefined);
    const rotation = taking(drawn(taking(first, 12)), 6);
    const again = drawn(rotation, { asOfMs: MONDAY_MS + 8 * DAY_MS, replacing: week(rotation, 12, 18), count: 8 });
    expect(again).toMatchObject({ isWoundBack: true, rotation: { position: 12, patternStartMs: MONDAY_MS } });
    expect(again.slots).toEqual(first.slots.slice(12));
  });

  it('that replaces an earlier week goes on at the end', () => {
    const rotation = taking(drawn(undefined), 18);
    const earlier = drawn(rotation, { replacing: week(rotation, 0, 12) });
    expect(earlier).toMatchObject({ isWoundBack: false, rotation: { position: 18 } });
    const renewed = drawn(rotation, { asOfMs: MONDAY_MS + 7 * DAY_MS }).rotation;
    const asLong = after(renewed, { type: 'take', from: 0, count: 12 });
    const other = drawn(asLong, { asOfMs: MONDAY_MS + 8 * DAY_MS, replacing: week(rotation, 0, 12) });
    expect(other).toMatchObject({ isWoundBack: false, rotation: { position: 12 } });
  });

  it('makes an adopted rotation that never began active', () => {
    const adopted: Rotation = {
      creatorId: 'c-1',
      state: 'initializing',
      pattern,
      patternStartMs: 0,
      drawsBefore: [],
      position: 3,
      pausedDays: 0,
    };
    expect(taking(drawn(adopted), 2)).toMatchObject({ state: 'active', position: 5 });
  });
});
