import { DAY_MS, dayNumberOf } from '../time/index.js';
import { forecastAccuracy, type ForecastAccuracy } from './forecast-accuracy.js';
import { forecastCheck, type MeasuredPrediction } from './measured-prediction.js';

/** By `weekStart` back from now, in days; `all` is without a limit. */
export type AccuracyPeriod = '7d' | '30d' | '90d' | 'all';
export const ACCURACY_PERIODS: readonly AccuracyPeriod[] = ['7d', '30d', '90d', 'all'];

const DAYS: Record<AccuracyPeriod, number> = { '7d': 7, '30d': 30, '90d': 90, all: Infinity };

/** The accuracy of one creator (null: of all together), one version (null: of all) and one period. */
export interface ForecastAccuracyRow extends ForecastAccuracy {
  readonly creatorId: string | null;
  readonly algorithmVersion: string | null;
  readonly period: AccuracyPeriod;
}

/** Whether a week counts into a period: its Monday is at most that many days before the (UTC) day of `nowMs`, and not after. */
export function isInPeriod(weekStart: string, period: AccuracyPeriod, nowMs: number): boolean {
  const ageDays = Math.floor(nowMs / DAY_MS) - dayNumberOf(weekStart);
  return ageDays >= 0 && ageDays <= DAYS[period];
}

/**
 * One row for every combination that has a measured prediction: all creators and each one, all versions and each one, each
 * period. Creators and versions in the order of their names, the row of all first.
 */
export function accuracyReport(predictions: readonly MeasuredPrediction[], nowMs: number): ForecastAccuracyRow[] {
  const creatorIds = [null, ...namesOf(predictions.map(({ creatorId }) => creatorId))];
  const versions = [null, ...namesOf(predictions.map(({ algorithmVersion }) => algorithmVersion))];
  return creatorIds.flatMap((creatorId) =>
    versions.flatMap((algorithmVersion) =>
      ACCURACY_PERIODS.flatMap((period) => {
        const counted = predictions.filter(
          (prediction) =>
            (creatorId === null || prediction.creatorId === creatorId) &&
            (algorithmVersion === null || prediction.algorithmVersion === algorithmVersion) &&
            isInPeriod(prediction.weekStart, period, nowMs),
        );
        if (counted.length === 0) return [];
        return [{ creatorId, algorithmVersion, period, ...forecastAccuracy(counted.map(forecastCheck)) }];
      }),
    ),
  );
}

const namesOf = (names: readonly string[]): string[] => [...new Set(names)].sort();
