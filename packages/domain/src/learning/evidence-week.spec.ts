import fc from 'fast-check';
import { addDays } from '../time/index.js';
import { assertEvidenceWeek, inWeekOrder } from './evidence-week.js';

const week = (weekStart: string, volume = 3, revenueUsd = 100) => ({ weekStart, volume, revenueUsd });

it.each([
  ['a Tuesday', week('2026-11-24')],
  ['a negative volume', week('2026-11-23', -1)],
  ['no number', week('2026-11-23', NaN)],
  ['endless revenue', week('2026-11-23', 1, Infinity)],
  ['negative revenue', week('2026-11-23', 1, -0.01)],
])('refuses %s', (_, bad) => {
  expect(() => assertEvidenceWeek(bad)).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
});

it('takes a week of rest', () => {
  expect(() => assertEvidenceWeek(week('2026-11-23', 0, 0))).not.toThrow();
});

it('puts weeks in order, however they come, and leaves the input alone', () => {
  const property = fc.property(fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 30 }), (numbers) => {
    const given = numbers.map((number) => week(addDays('2026-01-05', 7 * number), number));
    const before = [...given];
    const ordered = inWeekOrder(given);
    expect(ordered.map(({ volume }) => volume)).toEqual([...numbers].sort((a, b) => a - b));
    expect(given).toEqual(before);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('refuses the same week twice', () => {
  expect(() => inWeekOrder([week('2026-11-23'), week('2026-11-16'), week('2026-11-23')])).toThrow(/2026-11-23, twice/);
});
