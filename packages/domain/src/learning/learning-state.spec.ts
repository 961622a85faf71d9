import fc from 'fast-check';
import { shuffled, seededRandom } from '../chance/index.js';
import { addDays } from '../time/index.js';
import type { EvidenceWeek } from './evidence-week.js';
import { learnWeek, learnWeeks, newLearningState, type LearningState } from './learning-state.js';
import { DISCOUNT_PER_WEEK } from './response-model.js';

const weekNumber = (number: number): string => addDays('2026-01-05', 7 * number);
const week = (number: number, volume: number, revenueUsd: number): EvidenceWeek => ({
  weekStart: weekNumber(number),
  volume,
  revenueUsd,
});
const weeks = fc
  .uniqueArray(fc.nat({ max: 120 }), { minLength: 1, maxLength: 30 })
  .chain((numbers) =>
    fc.tuple(
      ...numbers.map((number) =>
        fc
          .tuple(fc.nat({ max: 70 }), fc.double({ min: 0, max: 30_000, noNaN: true }))
          .map(([sends, revenueUsd]) => week(number, sends / 7, revenueUsd)),
      ),
    ),
  );

it('comes out bit for bit the same week by week, through JSON, and recomputed from weeks in any order', () => {
  const property = fc.property(weeks, fc.integer({ min: 1, max: 8 }), fc.string(), (evidence, volume, seed) => {
    const inOrder = [...evidence].sort((a, b) => (a.weekStart < b.weekStart ? -1 : 1));
    let state = newLearningState(volume);
    for (const one of inOrder) state = JSON.parse(JSON.stringify(learnWeek(state, one))) as LearningState;
    expect(learnWeeks(volume, shuffled(evidence, seededRandom(seed)))).toEqual(state);
    expect(state.weekCount).toBe(evidence.filter((one) => one.volume > 0).length);
    expect([state.firstWeek, state.lastWeek]).toEqual([inOrder[0]?.weekStart, inOrder[inOrder.length - 1]?.weekStart]);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it.each([0, -1, NaN, Infinity, 0.0001])('refuses to begin at %d sends a day', (volume) => {
  expect(() => newLearningState(volume)).toThrow(expect.objectContaining({ setting: 'beginsAtVolume' }));
});

it('refuses a week out of order, and the same week again', () => {
  const state = learnWeeks(3, [week(0, 3, 100), week(2, 3, 100)]);
  for (const number of [1, 2]) expect(() => learnWeek(state, week(number, 3, 100))).toThrow(/a week after 2026-01-19/);
});

it('discounts what is known by each week that passes, learnt or not', () => {
  const state = learnWeeks(3, [week(0, 3, 100), week(4, 4, 100)]);
  expect(state.response.weight).toBe(DISCOUNT_PER_WEEK ** 4 + 1);
  expect(state.effect.weight).toBe(2);
});

it('rests the page in a week without sends, and learns no revenue from it', () => {
  const before = learnWeeks(4, [week(0, 4, 100)]);
  const rested = learnWeek(before, week(1, 0, 0));
  expect(rested).toMatchObject({ stock: 3, weekCount: 1, lastWeek: weekNumber(1), effect: before.effect });
  expect(rested.response).toEqual({ ...before.response, weight: DISCOUNT_PER_WEEK });
});

it('takes the page to be used to the volume of its first week, and remembers volume from then on', () => {
  const stocks = [4, 4, 8, 8].map(
    (_, i, volumes) =>
      learnWeeks(
        3,
        volumes.slice(0, i + 1).map((volume, number) => week(number, volume, 100)),
      ).stock,
  );
  expect(stocks).toEqual([4, 4, 5, 5.75]);
});
