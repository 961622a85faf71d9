import { accuracyReport, isInPeriod } from './accuracy-report.js';
import type { MeasuredPrediction } from './measured-prediction.js';

const nowMs = Date.UTC(2026, 10, 22, 12);
const prediction = (creatorId: string, weekStart: string, algorithmVersion: string): MeasuredPrediction => ({
  creatorId,
  weekStart,
  algorithmVersion,
  predictedRevenueUsd: 100,
  interval: null,
  curve: [],
  predictedMessages: 10,
  actualRevenueUsd: 110,
  actualMessages: 10,
  actualRevenueSends: 10,
  weekBefore: null,
});

it.each([
  ['2026-11-16', ['7d', '30d', '90d', 'all']],
  ['2026-11-15', ['7d', '30d', '90d', 'all']],
  ['2026-11-09', ['30d', '90d', 'all']],
  ['2026-10-12', ['90d', 'all']],
  ['2025-11-24', ['all']],
  ['2026-11-23', []],
])('counts the week of %s into %j', (weekStart, periods) => {
  expect((['7d', '30d', '90d', 'all'] as const).filter((period) => isInPeriod(weekStart, period, nowMs))).toEqual(
    periods,
  );
});

it('has a row for each creator, version and period that has predictions, those of all first', () => {
  const rows = accuracyReport(
    [prediction('b', '2026-11-16', '3.0'), prediction('a', '2026-09-07', '2.0'), prediction('a', '2026-11-16', '3.0')],
    nowMs,
  );
  const counted = rows.map(({ creatorId, algorithmVersion, period, measured }) => [
    creatorId,
    algorithmVersion,
    period,
    measured,
  ]);
  expect(counted.filter(([, , period]) => period === 'all')).toEqual([
    [null, null, 'all', 3],
    [null, '2.0', 'all', 1],
    [null, '3.0', 'all', 2],
    ['a', null, 'all', 2],
    ['a', '2.0', 'all', 1],
    ['a', '3.0', 'all', 1],
    ['b', null, 'all', 1],
    ['b', '3.0', 'all', 1],
  ]);
  expect(counted.filter(([, , period]) => period === '7d')).toEqual([
    [null, null, '7d', 2],
    [null, '3.0', '7d', 2],
    ['a', null, '7d', 1],
    ['a', '3.0', '7d', 1],
    ['b', null, '7d', 1],
    ['b', '3.0', '7d', 1],
  ]);
  expect(rows[0]).toMatchObject({ wape: 30 / 330, within25Pct: 100 });
});
