import fc from 'fast-check';
import type { Category, Send } from '../history/index.js';
import { learnWeeks } from '../learning/index.js';
import { DAY_MS, HOUR_MS, instantAt } from '../time/index.js';
import { predictWeek, type PredictionRequest } from './predict-week.js';
import { readCurve } from './revenue-curve.js';

const timeZone = 'America/Los_Angeles';
const startMs = instantAt(timeZone, '2026-08-31', 0);
const weekStart = '2026-11-09';
const weekStartMs = instantAt(timeZone, weekStart, 0);
const send = (sentAtMs: number, earningsUsd: number, category: Category = 'revenue'): Send => ({
  messageId: `${sentAtMs}`,
  creatorId: 'c-001',
  messageType: 'ppv',
  category,
  contentType: undefined,
  captionId: undefined,
  sentAtMs,
  priceUsd: 10,
  sentCount: 100,
  viewedCount: 10,
  purchasedCount: 1,
  earningsUsd,
});
const request = (sends: readonly Send[], changes: Partial<PredictionRequest> = {}): PredictionRequest => ({
  timeZone,
  weekStart,
  weeklyMessages: { revenue: 28, engagement: 21, retention: 7 },
  sends,
  asOfMs: weekStartMs,
  ...changes,
});
const anySends = fc
  .array(fc.tuple(fc.nat({ max: 69 * 24 }), fc.double({ min: 0, max: 2_000, noNaN: true })), { maxLength: 120 })
  .map((rows) => rows.map(([hour, usd]) => send(startMs + hour * HOUR_MS, usd)));
const planned = fc.nat({ max: 84 }).map((revenue) => ({ revenue, engagement: 21, retention: 7 }));

it('is ordered, finite, on its own curve, and the same again from the same', () => {
  const property = fc.property(anySends, planned, (sends, weeklyMessages) => {
    const prediction = predictWeek(request(sends, { weeklyMessages }));
    const { weeklyRevenueUsd, interval, curve, inputs } = prediction;
    expect(Number.isFinite(weeklyRevenueUsd) && weeklyRevenueUsd >= 0).toBe(true);
    expect(prediction.weeklyMessages).toBe(weeklyMessages.revenue + 28);
    expect(readCurve(curve, weeklyMessages.revenue / 7) ?? 0).toBe(weeklyRevenueUsd);
    expect(interval === null).toBe(inputs.basis === 'no_history');
    if (interval) {
      expect(interval.lowUsd).toBeGreaterThanOrEqual(0);
      expect(interval.lowUsd).toBeLessThanOrEqual(weeklyRevenueUsd);
      expect(interval.highUsd).toBeGreaterThanOrEqual(weeklyRevenueUsd);
    }
    expect(predictWeek(request([...sends].reverse(), { weeklyMessages })).inputs.weeks).toBe(inputs.weeks);
    expect(predictWeek(request(sends, { weeklyMessages }))).toEqual(prediction);
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('does not know the future', () => {
  const property = fc.property(anySends, fc.nat({ max: 69 }), (sends, day) => {
    const asOfMs = startMs + day * DAY_MS;
    const known = sends.filter(({ sentAtMs }) => sentAtMs < asOfMs);
    expect(predictWeek(request(sends, { asOfMs }))).toEqual(predictWeek(request(known, { asOfMs })));
  });
  fc.assert(property, { numRuns: 1_000 });
});

it('predicts what steady weeks have earned', () => {
  const sends = Array.from({ length: 70 * 4 }, (_, i) => send(startMs + i * 6 * HOUR_MS, 25));
  const prediction = predictWeek(request(sends));
  expect(prediction.weeklyRevenueUsd).toBeCloseTo(700, 0);
  expect(prediction).toMatchObject({ algorithmVersion: '3.0', weeklyMessages: 56 });
  expect(prediction.inputs).toMatchObject({ weeks: 10, firstWeek: '2026-08-31', lastWeek: '2026-11-02', volume: 4 });
});

it('counts only revenue sends as revenue', () => {
  const sends = Array.from({ length: 70 }, (_, i) => send(startMs + i * DAY_MS, 10));
  const tips = Array.from({ length: 70 }, (_, i) => send(startMs + i * DAY_MS, 500, 'engagement'));
  expect(predictWeek(request([...sends, ...tips]))).toEqual(predictWeek(request(sends)));
});

it('says so when there is nothing to go by', () => {
  expect(predictWeek(request([]))).toMatchObject({
    weeklyRevenueUsd: 0,
    weeklyMessages: 56,
    interval: null,
    curve: [],
    inputs: { basis: 'no_history', weeks: 0, firstWeek: null, lastWeek: null, variation: null },
  });
});

it('takes what has been learnt, if it is told', () => {
  const sends = Array.from({ length: 70 * 4 }, (_, i) => send(startMs + i * 6 * HOUR_MS, 25));
  const learning = learnWeeks(
    4,
    Array.from({ length: 52 }, (_, i) => ({
      weekStart: new Date(Date.UTC(2025, 0, 6 + 7 * i)).toISOString().slice(0, 10),
      volume: 2 + (Math.floor(i / 4) % 5),
      revenueUsd: 3_000 / (2 + (Math.floor(i / 4) % 5)),
    })),
  );
  const weeklyMessages = { revenue: 42, engagement: 0, retention: 0 };
  const told = predictWeek(request(sends, { weeklyMessages, learning }));
  expect(told.weeklyRevenueUsd).toBeLessThan(700);
  expect(predictWeek(request(sends, { weeklyMessages })).weeklyRevenueUsd).toBeGreaterThan(700);
});

it('refuses a week that does not start on a Monday', () => {
  expect(() => predictWeek(request([], { weekStart: '2026-11-10' }))).toThrow(/not a Monday/);
});
