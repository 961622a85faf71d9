import { normalDraw, seededRandom, type Random } from '../chance/index.js';
import { addDays } from '../time/index.js';
import { learnWeek, newLearningState, type LearningState } from './learning-state.js';
import { nextOffset } from './next-offset.js';
import { classifyOutcome, type OutcomeClassification } from './outcome.js';

const CREATORS = 1_000;
const WEEKS = 52;
const monday = Array.from({ length: WEEKS }, (_, week) => addDays('2026-01-05', 7 * week));

interface Life {
  readonly week: number;
  readonly begin: number;
  readonly lastVolume: number;
  readonly logRevenues: readonly number[];
  readonly state: LearningState;
  readonly random: Random;
  readonly seed: string;
}
/** Revenue sends a day that are planned. */
type Habit = (life: Life) => number;

const clip = (volume: number): number => Math.min(8, Math.max(1, volume));

/** How agencies vary volume. None of them knows that it does not matter. */
const HABITS: Record<string, Habit> = {
  'a step up or down every two months': ({ week, lastVolume, random }) =>
    week > 0 && week % 8 === 0 ? clip(Math.round(lastVolume) + (random() < 0.5 ? -1 : 1)) : lastVolume,
  'with the season': ({ week, begin }) => begin * (1 + 0.3 * Math.sin((2 * Math.PI * week) / 12)),
  'up after good weeks, down after bad ones': ({ lastVolume, logRevenues }) => {
    const last = logRevenues[logRevenues.length - 1] ?? 0;
    const mean = logRevenues.reduce((a, b) => a + b, 0) / Math.max(1, logRevenues.length);
    return clip(lastVolume + (last > mean + 0.2 ? 1 : last < mean - 0.2 ? -1 : 0));
  },
  'ever upwards': ({ week, begin }) => clip(begin + week / 13),
};

interface World {
  readonly cv: number;
  readonly elasticity?: number;
  readonly growthPerWeek?: number;
}

/** The share of creators that were ever called so, at any of the weekly looks. */
function everCalled(habit: Habit, { cv, elasticity = 0, growthPerWeek = 0 }: World, creators = CREATORS) {
  const sd = Math.sqrt(Math.log(1 + cv * cv));
  const ever: Record<OutcomeClassification, number> = { improved: 0, degraded: 0, neutral: 0 };
  for (let creator = 0; creator < creators; creator++) {
    const seed = `creator ${creator}, variation ${cv}`;
    const random = seededRandom(seed);
    const begin = 3 + Math.floor(random() * 4);
    let state = newLearningState(begin);
    let lastVolume = begin;
    const logRevenues: number[] = [];
    const called = new Set<OutcomeClassification>();
    for (let week = 0; week < WEEKS; week++) {
      lastVolume = habit({ week, begin, lastVolume, logRevenues, state, random, seed });
      const volume = Math.max(1, Math.round(7 * lastVolume * (1 + 0.12 * normalDraw(random)))) / 7;
      const logRevenue = 7 + elasticity * Math.log(volume / begin) + growthPerWeek * week + sd * normalDraw(random);
      logRevenues.push(logRevenue);
      state = learnWeek(state, { weekStart: monday[week] ?? '', volume, revenueUsd: Math.exp(logRevenue) });
      called.add(classifyOutcome(state, volume).classification);
    }
    for (const classification of called) ever[classification] += 1 / creators;
  }
  return ever;
}

describe('where volume does not matter', () => {
  const cases = [0.25, 0.4].flatMap((cv) => Object.keys(HABITS).map((name) => [cv, name] as const));
  it.each(cases)('calls at most 5 %% improved and 5 %% degraded in a year: variation %d, %s', (cv, name) => {
    const ever = everCalled(HABITS[name] as Habit, { cv });
    expect(ever.improved).toBeLessThanOrEqual(0.05);
    expect(ever.degraded).toBeLessThanOrEqual(0.05);
  });

  it.each(Object.keys(HABITS))('nor credits growth to volume: 1 %% a week, %s', (name) => {
    const ever = everCalled(HABITS[name] as Habit, { cv: 0.25, growthPerWeek: 0.01 });
    expect(ever.improved).toBeLessThanOrEqual(0.05);
    expect(ever.degraded).toBeLessThanOrEqual(0.05);
  });

  it.each([0.25, 0.4])('nor when our own update rule moves the volume: variation %d', (cv) => {
    const offsets = new Map<string, number>();
    const ever = everCalled(
      ({ week, begin, state, seed }) => {
        const lastOffset = week === 0 ? 0 : (offsets.get(seed) ?? 0);
        const { offset, volume } = nextOffset({
          state,
          computedVolume: begin,
          lastOffset,
          weeksAtOffset: 100,
          fatigue: 0,
          isFrozen: false,
          seed: `${seed} ${week}`,
        });
        offsets.set(seed, offset);
        return volume;
      },
      { cv },
      200,
    );
    expect(ever.improved).toBeLessThanOrEqual(0.05);
    expect(ever.degraded).toBeLessThanOrEqual(0.05);
  });
});

it('does tell, within a year, where volume matters', () => {
  const ever = everCalled(HABITS['with the season'] as Habit, { cv: 0.25, elasticity: 0.8 }, 200);
  expect(ever.improved).toBeGreaterThan(0.8);
  expect(ever.degraded).toBeGreaterThan(0.8);
});

describe('one outcome', () => {
  const lived = (revenue: (volume: number, week: number) => number, weeks = 48): LearningState => {
    let state = newLearningState(3);
    for (let week = 0; week < weeks; week++) {
      const volume = 3 + (Math.floor(week / 4) % 3) - 1;
      state = learnWeek(state, { weekStart: monday[week] ?? '', volume, revenueUsd: revenue(volume, week) });
    }
    return state;
  };
  const noise = (week: number): number => 1 + 0.02 * (((week * 7) % 5) - 2);
  const helps = lived((volume, week) => 300 * volume * noise(week));
  const flat = lived((_, week) => 900 * noise(week));

  it.each([
    ['more sends where more pay', helps, 4, 'improved', 'conclusive'],
    ['fewer sends where more pay', helps, 2, 'degraded', 'conclusive'],
    ['no sends', helps, 0, 'neutral', 'inconclusive'],
    ['as it began', helps, 3.49, 'neutral', 'unchanged'],
    ['half a send more', helps, 3.5, 'improved', 'conclusive'],
    ['more sends where they make no difference', flat, 4, 'neutral', 'equivalent'],
    ['too little known', lived((volume) => 300 * volume, 3), 4, 'neutral', 'inconclusive'],
    ['nothing known', newLearningState(3), 4, 'neutral', 'inconclusive'],
  ] as const)('%s', (_, state, volume, classification, evidence) => {
    expect(classifyOutcome(state, volume)).toMatchObject({ classification, evidence });
  });

  it('says what volume makes of revenue, lowest first', () => {
    const { logEffect } = classifyOutcome(helps, 2);
    expect(logEffect?.low).toBeLessThan(Math.log(2 / 3));
    expect(logEffect?.high).toBeGreaterThan(Math.log(2 / 3));
    expect(logEffect?.high).toBeLessThan(0);
    expect(classifyOutcome(newLearningState(3), 4).logEffect).toBeNull();
  });
});
