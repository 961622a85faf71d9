import fc from 'fast-check';
import { addDays } from '../time/index.js';
import { learnWeeks, newLearningState, type LearningState } from './learning-state.js';
import { DEFAULT_OFFSET_POLICY, nextOffset, type OffsetInput } from './next-offset.js';

const learnt = (rows: readonly (readonly [number, number])[], begin = 4): LearningState =>
  learnWeeks(
    begin,
    rows.map(([volume, revenueUsd], i) => ({ weekStart: addDays('2026-01-05', 7 * i), volume, revenueUsd })),
  );
/** Two years in which revenue speaks for many sends, for few, or for four. */
const cycle = (revenue: (volume: number) => number): LearningState =>
  learnt(Array.from({ length: 104 }, (_, i) => [1 + (Math.floor(i / 4) % 8), revenue(1 + (Math.floor(i / 4) % 8))]));
const rising = cycle((volume) => 500 * volume);
const falling = cycle((volume) => 9_000 / volume ** 2);
const peaked = cycle((volume) => 1_000 * volume * Math.exp(-volume / 4));

const input = (changes: Partial<OffsetInput> = {}): OffsetInput => ({
  state: peaked,
  computedVolume: 4,
  lastOffset: 0,
  weeksAtOffset: 100,
  fatigue: 0,
  isFrozen: false,
  seed: 'c-001 2026-11-23',
  ...changes,
});

it.each([
  [
    'frozen',
    input({ isFrozen: true, state: rising, lastOffset: 2 }),
    { offset: 2, volume: 6, guard: 'frozen', target: null },
  ],
  ['no evidence', input({ state: newLearningState(4) }), { offset: 0, volume: 4, guard: 'insufficient_evidence' }],
  [
    'three weeks',
    input({
      state: learnt([
        [4, 10],
        [5, 900],
        [6, 9],
      ]),
    }),
    { offset: 0, guard: 'insufficient_evidence' },
  ],
  ['fresh change', input({ state: rising, weeksAtOffset: 0 }), { offset: 0, guard: 'dwell', target: null }],
  ['tired fans', input({ state: rising, fatigue: 0.3 }), { offset: 0, volume: 4, guard: 'fatigue' }],
  ['tired fans, fewer sends', input({ state: falling, computedVolume: 2, fatigue: 1 }), { offset: -1, guard: 'none' }],
  ['slightly tired', input({ state: rising, fatigue: 0.29 }), { offset: 1, volume: 5, guard: 'step_limit' }],
  ['far below the best', input({ state: rising }), { offset: 1, volume: 5, guard: 'step_limit' }],
  ['far above the best', input({ state: falling, computedVolume: 6 }), { offset: -1, volume: 5, guard: 'step_limit' }],
  ['one below the limit', input({ state: rising, computedVolume: 7 }), { offset: 1, volume: 8, guard: 'bounds' }],
  ['at the limit', input({ state: rising, computedVolume: 8 }), { offset: 0, volume: 8, guard: 'bounds' }],
  ['at the best', input(), { offset: 0, volume: 4, guard: 'none' }],
  ['back from too high', input({ lastOffset: 1 }), { offset: 0, volume: 4, guard: 'none' }],
  [
    'an offset that no longer fits',
    input({ state: rising, computedVolume: 8, lastOffset: 3 }),
    { offset: 2, volume: 8 },
  ],
])('%s', (_, given, expected) => {
  expect(nextOffset(given)).toMatchObject(expected);
});

it('leaves the computed volume only for one that probably earns nearly as much', () => {
  const policy = { ...DEFAULT_OFFSET_POLICY, riskLimit: 0 };
  const given = input({
    state: learnt([
      [4, 300],
      [3, 320],
      [5, 290],
      [4, 310],
    ]),
    computedVolume: 4,
  });
  const seeds = Array.from({ length: 40 }, (_, i) => nextOffset({ ...given, seed: `${i}` }, policy));
  expect(new Set(seeds.map(({ guard }) => guard))).toContain('conservative_budget');
  for (const { guard, offset } of seeds) if (guard === 'conservative_budget') expect(offset).toBe(0);
  const homeward = Array.from({ length: 40 }, (_, i) => nextOffset({ ...given, lastOffset: 3, seed: `${i}` }, policy));
  expect(new Set(homeward.map(({ offset }) => offset))).toContain(2);
});

it('moves by at most one, stays in the bounds, and decides the same again from what is stored', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0, max: 20_000, noNaN: true })), {
    maxLength: 20,
  });
  const given = fc.record({
    state: rows.map((weeks) => learnt(weeks)),
    computedVolume: fc.integer({ min: 1, max: 8 }),
    lastOffset: fc.integer({ min: -7, max: 7 }),
    weeksAtOffset: fc.nat({ max: 3 }),
    fatigue: fc.double({ min: 0, max: 1, noNaN: true }),
    isFrozen: fc.boolean(),
    seed: fc.string(),
  });
  const policy = fc.constantFrom(DEFAULT_OFFSET_POLICY, {
    ...DEFAULT_OFFSET_POLICY,
    draws: 1,
    dwellWeeks: 2,
    riskLimit: 1,
  });
  const property = fc.property(given, policy, (one, rules) => {
    const decision = nextOffset(one, rules);
    const step = decision.offset - one.lastOffset;
    expect(Math.abs(step)).toBeLessThanOrEqual(1);
    expect(Number.isInteger(decision.offset)).toBe(true);
    expect(decision.volume).toBe(Math.min(8, Math.max(1, one.computedVolume + decision.offset)));
    expect(nextOffset(JSON.parse(JSON.stringify(one)) as OffsetInput, rules)).toEqual(decision);
    if (['frozen', 'insufficient_evidence', 'dwell', 'fatigue', 'conservative_budget'].includes(decision.guard)) {
      expect(step).toBe(0);
    }
    if (one.isFrozen) expect(decision.guard).toBe('frozen');
    if (decision.guard === 'step_limit') expect(Math.abs(step)).toBe(1);
    if (one.fatigue >= 0.3) expect(step).toBeLessThanOrEqual(0);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('tries what is uncertain: other seeds, other targets', () => {
  const state = learnt([
    [4, 300],
    [4, 500],
    [4, 200],
    [5, 400],
  ]);
  const targets = new Set(Array.from({ length: 30 }, (_, i) => nextOffset(input({ state, seed: `${i}` })).target));
  expect(targets.size).toBeGreaterThan(3);
});
