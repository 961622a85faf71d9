import { confidenceOf, dampened } from './confidence.js';

// Predecessor facts, 2.5.
it.each([
  [0, 0.2],
  [19, 0.2],
  [20, 0.4],
  [49, 0.4],
  [50, 0.6],
  [99, 0.6],
  [100, 0.8],
  [199, 0.8],
  [200, 1],
])('%d sends: %d', (sendCount, confidence) => {
  expect(confidenceOf(sendCount)).toBe(confidence);
});

it('dampens at every confidence, with no cliff at 0.6', () => {
  expect([0, 0.2, 0.4, 0.6, 0.8, 1].map((confidence) => Number(dampened(0.7, confidence).toFixed(9)))).toEqual([
    1, 0.94, 0.88, 0.82, 0.76, 0.7,
  ]);
});
