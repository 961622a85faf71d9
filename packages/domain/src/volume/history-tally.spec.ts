import fc from 'fast-check';
import type { Send } from '../history/index.js';
import { DAY_MS, HOUR_MS, dayNumberOf, localTimeAt } from '../time/index.js';
import { HORIZONS, tallyHistory } from './history-tally.js';

const asOfMs = Date.UTC(2026, 10, 23, 8);
const send = (facts: Partial<Send>): Send => ({
  messageId: 'm1',
  creatorId: 'c1',
  messageType: 'ppv',
  category: 'revenue',
  contentType: 'solo',
  captionId: undefined,
  sentAtMs: asOfMs - DAY_MS,
  priceUsd: 20,
  sentCount: 1_000,
  viewedCount: 200,
  purchasedCount: 2,
  earningsUsd: 40,
  ...facts,
});

const anySend = fc
  .record({
    // Half of them on the edges of the windows.
    ageMs: fc.oneof(
      fc.integer({ min: -2 * DAY_MS, max: 95 * DAY_MS }),
      fc
        .tuple(fc.constantFrom(0, 7, 14, 28, 30, 60, 90), fc.constantFrom(-1, 0, 1))
        .map(([days, ms]) => days * DAY_MS + ms),
    ),
    category: fc.constantFrom<Send['category']>('revenue', 'revenue', 'revenue', 'engagement', 'retention'),
    sentCount: fc.nat({ max: 5_000 }),
    earningsUsd: fc.nat({ max: 900 }),
  })
  .map(({ ageMs, ...facts }) => send({ ...facts, sentAtMs: asOfMs - ageMs }));

it('counts what an onlooker counts who filters the list once for each question', () => {
  const zone = fc.constantFrom('America/Los_Angeles', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu');
  const property = fc.property(fc.array(anySend, { maxLength: 60 }), zone, (sends, timeZone) => {
    const tally = tallyHistory(sends, asOfMs, timeZone);
    const counted = sends.filter((one) => one.category === 'revenue' && one.sentCount > 0 && one.sentAtMs < asOfMs);
    const total = (list: Send[]) => list.reduce((sum, one) => sum + one.earningsUsd, 0);

    for (const days of HORIZONS) {
      const between = (from: number, until: number) =>
        counted.filter(({ sentAtMs }) => sentAtMs >= asOfMs - until * DAY_MS && sentAtMs < asOfMs - from * DAY_MS);
      const { current, previous } = tally.windows[days];
      expect([current.sendCount, current.earningsUsd]).toEqual([between(0, days).length, total(between(0, days))]);
      expect([previous.sendCount, previous.earningsUsd]).toEqual([
        between(days, 2 * days).length,
        total(between(days, 2 * days)),
      ]);
      expect(current.largestAudience).toBe(Math.max(0, ...between(0, days).map(({ sentCount }) => sentCount)));
    }

    const today = dayNumberOf(localTimeAt(timeZone, asOfMs).date);
    const dated = counted.map((one) => {
      const { date, dayOfWeek } = localTimeAt(timeZone, one.sentAtMs);
      return { one, dayOfWeek, daysAgo: today - dayNumberOf(date) };
    });
    const seen = (sends: typeof dated) => [sends.length, total(sends.map(({ one }) => one))];
    for (let weekday = 0; weekday < 7; weekday++) {
      const ofDay = dated.filter(({ daysAgo, dayOfWeek }) => daysAgo <= 60 && dayOfWeek === weekday);
      expect([tally.weekdaySendCounts[weekday], tally.weekdayEarningsUsd[weekday]]).toEqual(seen(ofDay));
    }
    const days = tally.daySendCounts.map((count, index) => [count, tally.dayEarningsUsd[index]]);
    expect(days).toEqual(days.map((_, index) => seen(dated.filter(({ daysAgo }) => daysAgo === index + 1))));
    expect(days).toHaveLength(90);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('averages rates over sends, each send alike', () => {
  const sends = [
    send({ sentCount: 100, earningsUsd: 10, viewedCount: 50, purchasedCount: 4 }),
    send({ sentCount: 1_000, earningsUsd: 20, viewedCount: 100, purchasedCount: 10 }),
  ];
  const { current } = tallyHistory(sends, asOfMs, 'Europe/London').windows[7];
  expect(current.revenuePerRecipientUsd / current.sendCount).toBeCloseTo(0.06, 12);
  expect(current.viewRate / current.sendCount).toBeCloseTo(0.3, 12);
  expect(current.purchaseRate / current.sendCount).toBeCloseTo(0.025, 12);
  expect(current.squaredEarningsUsd).toBe(500);
});

it('goes by the creator’s day, not by the UTC one', () => {
  const sundayEvening = send({ sentAtMs: Date.UTC(2026, 10, 23, 3) }); // 19:00 on Sunday in Los Angeles
  expect(tallyHistory([sundayEvening], asOfMs, 'America/Los_Angeles').weekdaySendCounts).toEqual([0, 0, 0, 0, 0, 0, 1]);
  expect(tallyHistory([sundayEvening], asOfMs, 'Europe/London').weekdaySendCounts).toEqual([1, 0, 0, 0, 0, 0, 0]);
  const yesterday = send({ sentAtMs: asOfMs - 9 * HOUR_MS });
  expect(tallyHistory([yesterday], asOfMs, 'Europe/London').daySendCounts[0]).toBe(1);
});

it('refuses a zone that does not exist, also without sends', () => {
  expect(() => tallyHistory([], asOfMs, 'Mars/Olympus')).toThrow(/IANA/);
});
