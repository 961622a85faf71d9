import { forecastCheck, type MeasuredPrediction } from './measured-prediction.js';

const prediction: MeasuredPrediction = {
  creatorId: 'c-001',
  weekStart: '2026-11-09',
  algorithmVersion: '3.0',
  predictedRevenueUsd: 400,
  interval: { lowUsd: 200, highUsd: 800 },
  curve: [
    { volume: 0, revenueUsd: 0 },
    { volume: 4, revenueUsd: 400 },
    { volume: 8, revenueUsd: 600 },
  ],
  predictedMessages: 56,
  actualRevenueUsd: 700,
  actualMessages: 70,
  actualRevenueSends: 42,
  weekBefore: { sends: 20, revenueUsd: 300 },
};

it('reads the curve at the volume really sent, and carries the interval there', () => {
  expect(forecastCheck(prediction)).toEqual({
    creatorId: 'c-001',
    actualUsd: 700,
    forecastUsd: 500,
    interval: { lowUsd: 250, highUsd: 1_000 },
    naiveUsd: 630,
    weekBeforeUsd: 300,
  });
});

it('takes the predicted figure where an older version kept no curve', () => {
  expect(forecastCheck({ ...prediction, curve: [], interval: null })).toMatchObject({
    forecastUsd: 400,
    interval: null,
  });
});

it('has no naive forecast without a week before, or after one without sends', () => {
  expect(forecastCheck({ ...prediction, weekBefore: null })).toMatchObject({ naiveUsd: null, weekBeforeUsd: null });
  const rested = forecastCheck({ ...prediction, weekBefore: { sends: 0, revenueUsd: 0 } });
  expect(rested).toMatchObject({ naiveUsd: null, weekBeforeUsd: 0 });
});
