import { reviseMeasured } from './revision.js';

const measured = { volume: 3, revenueUsd: 100 };

it.each([
  ['the same, open', measured, false, 'unchanged'],
  ['the same, applied', measured, true, 'unchanged'],
  ['other earnings, open', { volume: 3, revenueUsd: 100.01 }, false, 'measure_again'],
  ['another count, open', { volume: 3.1, revenueUsd: 100 }, false, 'measure_again'],
  ['other earnings, applied', { volume: 3, revenueUsd: 99 }, true, 'revised_after_measuring'],
  ['another count, applied', { volume: 4, revenueUsd: 100 }, true, 'revised_after_measuring'],
])('%s', (_, revised, isApplied, type) => {
  expect(reviseMeasured(measured, revised, isApplied)).toEqual({ type });
});
