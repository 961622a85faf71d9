import { naiveForecastUsd } from './naive-forecast.js';

it.each([
  [{ sends: 20, revenueUsd: 500 }, 30, 750],
  [{ sends: 20, revenueUsd: 0 }, 30, 0],
  [{ sends: 20, revenueUsd: 500 }, 0, 0],
])('%j, then %d sends: %d', (lastWeek, sends, expected) => {
  expect(naiveForecastUsd(lastWeek, sends)).toBe(expected);
});

it('has nothing to go by after a week without sends', () => {
  expect(naiveForecastUsd({ sends: 0, revenueUsd: 0 }, 30)).toBeUndefined();
});
