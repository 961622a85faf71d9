import fc from 'fast-check';
import type { HistoryTally } from './history-tally.js';
import { EVEN_WEEKDAYS, weekdayMultipliers } from './weekdays.js';

const tallyOf = (weekdaySendCounts: number[], perSendUsd: number[]): HistoryTally => ({
  windows: {} as HistoryTally['windows'],
  weekdaySendCounts,
  weekdayEarningsUsd: weekdaySendCounts.map((count, day) => count * (perSendUsd[day] ?? 0)),
  daySendCounts: [],
  dayEarningsUsd: [],
});
const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(3)));

it('finds the weekends of the documented page worse, where the predecessor assumed them better', () => {
  // Predecessor facts, 10.1: sends and dollars per send, Monday first; the mean is 171.3.
  const page = tallyOf([72, 71, 86, 84, 70, 67, 62], [141, 145, 189, 236, 201, 124, 142]);
  expect(rounded(weekdayMultipliers(page, 1))).toEqual([0.823, 0.846, 1.103, 1.3, 1.173, 0.724, 0.829]);
});

it('goes by what a send earns, not by what the day earns (9.A8)', () => {
  expect(rounded(weekdayMultipliers(tallyOf([50, 5, 5, 5, 5, 5, 5], [9, 9, 9, 9, 9, 9, 9]), 1))).toEqual([
    ...EVEN_WEEKDAYS,
  ]);
});

it('moves towards 1 the fewer sends the day has, and the lower the confidence (9.A7)', () => {
  const days = tallyOf([5, 10, 20, 50, 50, 50, 50], [11, 11, 11, 10, 10, 10, 10]);
  const [five = 0, ten = 0, twenty = 0] = weekdayMultipliers(days, 1);
  const mean = (5 * 11 + 10 * 11 + 20 * 11 + 200 * 10) / 235;
  const raw = 11 / mean - 1;
  expect([(five - 1) / raw, (ten - 1) / raw, (twenty - 1) / raw].map((value) => Number(value.toFixed(2)))).toEqual([
    0.29, 0.46, 0.67,
  ]);
  const half = weekdayMultipliers(days, 0.5);
  expect((half[2] ?? 0) - 1).toBeCloseTo((twenty - 1) / 2, 12);
});

it('has no opinion under 20 sends in all, under 5 on a day, or without revenue', () => {
  expect(weekdayMultipliers(tallyOf([13, 1, 1, 1, 1, 1, 1], [90, 1, 1, 1, 1, 1, 1]), 1)).toEqual(EVEN_WEEKDAYS);
  expect(weekdayMultipliers(tallyOf([40, 4, 0, 0, 0, 0, 0], [10, 90, 0, 0, 0, 0, 0]), 1)[1]).toBe(1);
  expect(weekdayMultipliers(tallyOf([40, 40, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]), 1)).toEqual(EVEN_WEEKDAYS);
});

it('stays in 0.7..1.3', () => {
  const week = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: 7, maxLength: 7 });
  const property = fc.property(
    week(fc.nat({ max: 120 })),
    week(fc.nat({ max: 900 })),
    fc.constantFrom(0.2, 0.4, 0.6, 0.8, 1),
    (counts, perSend, confidence) => {
      for (const multiplier of weekdayMultipliers(tallyOf(counts, perSend), confidence)) {
        expect(multiplier).toBeGreaterThanOrEqual(0.7);
        expect(multiplier).toBeLessThanOrEqual(1.3);
      }
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});
