import { baseVolume, volumeTier, withinBounds } from './base-volume.js';

it.each([
  [0, 'low', [3, 3, 1], [4, 3, 0]],
  [999, 'low', [3, 3, 1], [4, 3, 0]],
  [1_000, 'mid', [4, 3, 2], [5, 3, 0]],
  [4_999, 'mid', [4, 3, 2], [5, 3, 0]],
  [5_000, 'high', [5, 4, 2], [6, 4, 0]],
  [14_999, 'high', [5, 4, 2], [6, 4, 0]],
  [15_000, 'ultra', [6, 5, 3], [8, 5, 0]],
  [2_000_000, 'ultra', [6, 5, 3], [8, 5, 0]],
] as const)('%d fans: %s, paid %j, free %j', (fanCount, tier, paid, free) => {
  expect(volumeTier(fanCount)).toBe(tier);
  expect(Object.values(baseVolume(tier, 'paid'))).toEqual(paid);
  expect(Object.values(baseVolume(tier, 'free'))).toEqual(free);
});

it.each([-1, 0.5, NaN, Infinity])('refuses %d fans', (fanCount) => {
  expect(() => volumeTier(fanCount)).toThrow(/fanCount is .*: give a whole number, 0 or more/);
});

it('keeps every category inside its bounds', () => {
  expect(withinBounds({ revenue: 0, engagement: -2, retention: -1 }, 'paid')).toEqual({
    revenue: 1,
    engagement: 1,
    retention: 0,
  });
  expect(withinBounds({ revenue: 9, engagement: 9, retention: 9 }, 'paid')).toEqual({
    revenue: 8,
    engagement: 6,
    retention: 4,
  });
  expect(withinBounds({ revenue: 5, engagement: 5, retention: 3 }, 'free')).toEqual({
    revenue: 5,
    engagement: 5,
    retention: 0,
  });
});
