import { assessLearning } from './assessment.js';
import { learnWeeks, newLearningState } from './learning-state.js';

const weeks = Array.from({ length: 20 }, (_, i) => ({
  weekStart: new Date(Date.UTC(2026, 0, 5 + 7 * i)).toISOString().slice(0, 10),
  volume: 2 + (i % 4),
  revenueUsd: 300 * (2 + (i % 4)),
}));

it('knows nothing of a new creator', () => {
  expect(assessLearning(newLearningState(3), 3, 0)).toMatchObject({ signal: 0, confidence: 0 });
});

it('takes measured fatigue off the signal, and off nothing else', () => {
  const state = learnWeeks(3, weeks);
  const rested = assessLearning(state, 3, 0);
  const tired = assessLearning(state, 3, 0.25);
  expect(rested.signal).toBeGreaterThan(0.5);
  expect(tired).toEqual({ ...rested, signal: rested.signal - 0.25 });
  expect(rested.bestVolume).toBeGreaterThan(3.5);
});
