import { normalDraw, seededRandom } from '../chance/index.js';
import { learnWeeks, newLearningState, type EvidenceWeek } from '../learning/index.js';
import { addDays } from '../time/index.js';
import { revenueModelOf } from './revenue-model.js';

const weeksOf = (rows: readonly (readonly [volume: number, revenueUsd: number])[]): EvidenceWeek[] =>
  rows.map(([volume, revenueUsd], i) => ({ weekStart: addDays('2026-01-05', 7 * i), volume, revenueUsd }));
const ignorant = newLearningState(4);

it('knows nothing without a week of revenue sends', () => {
  expect(revenueModelOf([], ignorant)).toBeUndefined();
  expect(revenueModelOf(weeksOf([[0, 0]]), ignorant)).toBeUndefined();
});

it('keeps revenue per send near its recent level where nothing is learnt', () => {
  const model = revenueModelOf(weeksOf([[4, 800]]), ignorant);
  expect(model?.learntShare).toBe(0);
  expect(model?.revenueAt(4)).toBeCloseTo(800, 9);
  expect(model?.revenueAt(8)).toBeCloseTo(800 * 2 ** 0.65, 9);
});

it('gives the latest weeks the most say: each week earlier counts 0.9 of the next', () => {
  const model = revenueModelOf(
    weeksOf([
      [4, 100],
      [4, 200],
      [0, 0],
      [4, 400],
    ]),
    ignorant,
  );
  const weights = [0.729, 0.81, 1];
  const mean = (100 * 0.729 + 200 * 0.81 + 400) / weights.reduce((a, b) => a + b, 0);
  expect(model?.revenueAt(4)).toBeCloseTo(mean, 9);
});

it('works variation out of how far weeks strayed, beside what is usual', () => {
  // Levels 100 and 300 with weights 0.9 and 1; prior 0.3 squared worth 4 weeks, less the one the level cost.
  const level = (90 + 300) / 1.9;
  const squares = 4 * 0.09 + 0.97 * (100 / level - 1) ** 2 + (300 / level - 1) ** 2;
  const worth = 1.9 ** 2 / (0.81 + 1);
  const expected = Math.sqrt((squares / (3 + 1.97)) * (1 + 1 / worth));
  expect(
    revenueModelOf(
      weeksOf([
        [4, 100],
        [4, 300],
      ]),
      ignorant,
    )?.variation,
  ).toBeCloseTo(expected, 9);
  expect(
    revenueModelOf(
      weeksOf([
        [4, 0],
        [4, 0],
      ]),
      ignorant,
    )?.variation,
  ).toBeGreaterThan(0);
});

it('bends as the evidence says once it is in: beyond the best volume more sends earn less', () => {
  const random = seededRandom('bend');
  const weeks = weeksOf(
    Array.from({ length: 60 }, (_, i) => {
      const volume = 1 + (Math.floor(i / 4) % 8);
      return [volume, 3_000 * volume * Math.exp(-volume / 3 + 0.1 * normalDraw(random))] as const;
    }),
  );
  const model = revenueModelOf(weeks, learnWeeks(4, weeks));
  expect(model?.learntShare).toBeGreaterThan(0.7);
  expect(model?.revenueAt(8)).toBeLessThan(model?.revenueAt(4) ?? 0);
  expect(model?.revenueAt(1)).toBeLessThan(model?.revenueAt(3) ?? 0);
});
