import fc from 'fast-check';
import type { Category, Send } from '../history/index.js';
import { DAY_MS, instantAt } from '../time/index.js';
import { weeklyHistory } from './weekly-history.js';

const timeZone = 'Australia/Sydney';
const send = (date: string, minuteOfDay: number, earningsUsd: number, category: Category = 'revenue'): Send => ({
  messageId: `${date} ${minuteOfDay}`,
  creatorId: 'c-001',
  messageType: 'ppv',
  category,
  contentType: undefined,
  captionId: undefined,
  sentAtMs: instantAt(timeZone, date, minuteOfDay),
  priceUsd: 10,
  sentCount: 100,
  viewedCount: 10,
  purchasedCount: 1,
  earningsUsd,
});
const at = (weekStart: string, asOf = weekStart, maxWeeks = 26) => ({
  timeZone,
  weekStart,
  asOfMs: instantAt(timeZone, asOf, 0),
  maxWeeks,
});

const sends = [
  send('2026-10-12', 0, 10), // Monday
  send('2026-10-18', 1439, 20), // the Sunday after, at 23:59 local
  send('2026-10-14', 600, 999, 'engagement'),
  send('2026-10-26', 0, 40),
  send('2026-11-02', 60, 80),
];

it('counts revenue sends by creator-local week, with the weeks of rest between them', () => {
  expect(weeklyHistory(sends, at('2026-11-09'))).toEqual([
    { weekStart: '2026-10-12', volume: 2 / 7, revenueUsd: 30 },
    { weekStart: '2026-10-19', volume: 0, revenueUsd: 0 },
    { weekStart: '2026-10-26', volume: 1 / 7, revenueUsd: 40 },
    { weekStart: '2026-11-02', volume: 1 / 7, revenueUsd: 80 },
  ]);
});

it('ends before the week asked for, and before any week that was not over', () => {
  const mondays = (weekStart: string, asOf: string): string[] =>
    weeklyHistory(sends, at(weekStart, asOf)).map((week) => week.weekStart);
  expect(mondays('2026-10-26', '2026-11-09')).toEqual(['2026-10-12', '2026-10-19']);
  expect(mondays('2026-11-09', '2026-11-08')).toEqual(['2026-10-12', '2026-10-19', '2026-10-26']);
  expect(mondays('2026-11-09', '2026-11-09')).toHaveLength(4);
});

it('keeps the latest weeks, and has none without sends', () => {
  expect(weeklyHistory(sends, at('2026-11-09', '2026-11-09', 2)).map((week) => week.volume)).toEqual([1 / 7, 1 / 7]);
  expect(weeklyHistory([], at('2026-11-09'))).toEqual([]);
});

it('never looks at a send from asOf on', () => {
  const base = instantAt(timeZone, '2026-08-03', 0);
  const any = fc.array(fc.tuple(fc.nat({ max: 90 * 24 }), fc.nat({ max: 100 })), { maxLength: 60 });
  const property = fc.property(any, fc.nat({ max: 90 }), (rows, day) => {
    const asOfMs = base + day * DAY_MS;
    const all = rows.map(([hour, usd]) => ({ ...send('2026-08-03', 0, usd), sentAtMs: base + hour * 3_600_000 }));
    const request = { timeZone, weekStart: '2026-11-02', asOfMs, maxWeeks: 26 };
    const known = all.filter(({ sentAtMs }) => sentAtMs < asOfMs);
    expect(weeklyHistory(all, request)).toEqual(weeklyHistory(known, request));
  });
  fc.assert(property, { numRuns: 1_000 });
});
