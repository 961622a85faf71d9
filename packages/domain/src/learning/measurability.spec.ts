import fc from 'fast-check';
import type { Category, Send } from '../history/index.js';
import { HOUR_MS, weekStartingOn } from '../time/index.js';
import { actualsOf, isMeasurable } from './measurability.js';

const week = weekStartingOn('2026-11-09', 'Europe/London');
const { startMs, endMs } = week;
const send = (category: Category, sentAtMs: number, earningsUsd = 0): Send => ({
  messageId: `${category} ${sentAtMs}`,
  creatorId: 'c-001',
  messageType: category === 'revenue' ? 'ppv' : 'free',
  category,
  contentType: undefined,
  captionId: undefined,
  sentAtMs,
  priceUsd: 0,
  sentCount: 100,
  viewedCount: 10,
  purchasedCount: 0,
  earningsUsd,
});

it.each([
  ['not over', endMs - 1, { latestSendMs: endMs + 48 * HOUR_MS, completeThroughMs: endMs }, false],
  ['over, no data', endMs, {}, false],
  ['a send just after the week', endMs + 99 * HOUR_MS, { latestSendMs: endMs + 1 }, false],
  ['a send when the week settles', endMs + 99 * HOUR_MS, { latestSendMs: endMs + 24 * HOUR_MS }, false],
  ['a send after it has settled', endMs + 99 * HOUR_MS, { latestSendMs: endMs + 24 * HOUR_MS + 1 }, true],
  ['said to be complete', endMs, { completeThroughMs: endMs }, true],
  ['said to be complete short of it', endMs, { completeThroughMs: endMs - 1 }, false],
])('%s', (_, nowMs, reach, expected) => {
  expect(isMeasurable(week, nowMs, reach)).toBe(expected);
});

it('waits as long as it is told', () => {
  expect(isMeasurable(week, endMs + HOUR_MS, { latestSendMs: endMs + HOUR_MS }, HOUR_MS - 1)).toBe(true);
  expect(isMeasurable(week, endMs + HOUR_MS, { latestSendMs: endMs + HOUR_MS }, HOUR_MS)).toBe(false);
});

it('adds up the week, from its first instant to the last, of the categories asked for', () => {
  const sends = [
    send('revenue', startMs - 1, 1_000),
    send('revenue', startMs, 10),
    send('revenue', endMs - 1, 20),
    send('revenue', endMs, 2_000),
    send('engagement', startMs + 1, 5),
    send('retention', startMs + 2, 7),
  ];
  expect(actualsOf(sends, week)).toEqual({
    messages: { revenue: 2, engagement: 1, retention: 1 },
    messagesSent: 4,
    revenueUsd: 42,
    revenueVolume: 2 / 7,
    revenueSendsUsd: 30,
    revenuePerSendUsd: 15,
  });
  expect(actualsOf(sends, week, ['engagement'])).toEqual({
    messages: { revenue: 0, engagement: 1, retention: 0 },
    messagesSent: 1,
    revenueUsd: 5,
    revenueVolume: 0,
    revenueSendsUsd: 0,
    revenuePerSendUsd: null,
  });
});

it('counts every send once: the categories add up to the whole', () => {
  const category = fc.constantFrom<Category>('revenue', 'engagement', 'retention');
  const any = fc.tuple(category, fc.integer({ min: startMs - HOUR_MS, max: endMs + HOUR_MS }), fc.nat({ max: 500 }));
  const property = fc.property(fc.array(any, { maxLength: 40 }), (rows) => {
    const sends = rows.map((row) => send(...row));
    const parts = (['revenue', 'engagement', 'retention'] as const).map((one) => actualsOf(sends, week, [one]));
    const whole = actualsOf(sends, week);
    expect(parts.reduce((sum, part) => sum + part.messagesSent, 0)).toBe(whole.messagesSent);
    expect(parts.reduce((sum, part) => sum + part.revenueUsd, 0)).toBe(whole.revenueUsd);
  });
  fc.assert(property, { numRuns: 1_000 });
});
