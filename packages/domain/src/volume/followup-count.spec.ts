import { followupCount } from './followup-count.js';

// Predecessor facts, 2.10, with the cap of 4 instead of 5.
it.each([
  [1, [1, 2, 2, 3, 4, 4, 4, 4]],
  [0.6, [1, 1, 1, 2, 2, 3, 4, 4]],
  [0.2, [0, 0, 0, 1, 1, 1, 1, 1]],
])('at confidence %d, 1 to 8 PPVs get %j', (confidence, expected) => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].map((ppvCount) => followupCount(ppvCount, confidence))).toEqual(expected);
});

it('is never more than there are PPVs, or than the day may have', () => {
  expect(followupCount(0, 1)).toBe(0);
  expect(followupCount(8, 1, 2)).toBe(2);
});
