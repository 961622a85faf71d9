import { lastCompleteWeeks } from '../commands/backtest.js';
import { mondayInstant } from './local-monday.js';

it.each([
  ['2026-11-23', 'America/Los_Angeles', '2026-11-23T08:00:00.000Z'],
  ['2026-11-23', 'Australia/Sydney', '2026-11-22T13:00:00.000Z'],
  ['2026-11-23', 'UTC', '2026-11-23T00:00:00.000Z'],
  // The clocks go forward on the Sunday before, and back on the Sunday at the end.
  ['2026-03-30', 'Europe/London', '2026-03-29T23:00:00.000Z'],
  ['2026-10-26', 'Europe/London', '2026-10-26T00:00:00.000Z'],
])('the week of %s begins in %s at %s', (monday, timeZone, instant) => {
  expect(mondayInstant(monday, timeZone).toISOString()).toBe(instant);
});

it.each([
  ['2026-11-15T20:00:00Z', ['2026-11-02', '2026-11-09']],
  ['2026-11-16T01:00:00Z', ['2026-11-02', '2026-11-09']],
  ['2026-11-14T23:59:59Z', ['2026-10-26', '2026-11-02']],
])('sends until %s make complete weeks of %j', (through, weeks) => {
  expect(lastCompleteWeeks(new Date(through), 2)).toEqual(weeks);
});
