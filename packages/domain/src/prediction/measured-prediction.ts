import { naiveForecastUsd, type SendsAndRevenue } from './naive-forecast.js';
import { scaledInterval, type RevenueInterval } from './interval.js';
import { readCurve, type RevenueCurve } from './revenue-curve.js';

/** A prediction whose week has been measured, and what its accuracy is told from. Superseded predictions are not measured. */
export interface MeasuredPrediction {
  readonly creatorId: string;
  readonly weekStart: string;
  readonly algorithmVersion: string;
  readonly predictedRevenueUsd: number;
  readonly interval: RevenueInterval | null;
  readonly curve: RevenueCurve;
  readonly predictedMessages: number;
  /** What the same categories earned and counted. */
  readonly actualRevenueUsd: number;
  readonly actualMessages: number;
  /** Revenue sends that really went out in the week. */
  readonly actualRevenueSends: number;
  /** The week before, as sent; null when unknown. */
  readonly weekBefore: SendsAndRevenue | null;
}

/** One week, forecast against what came, both at the volume really sent. */
export interface ForecastCheck {
  readonly creatorId: string;
  readonly actualUsd: number;
  readonly forecastUsd: number;
  readonly interval: RevenueInterval | null;
  /** Null when there was no week before with revenue sends. */
  readonly naiveUsd: number | null;
  readonly weekBeforeUsd: number | null;
}

/**
 * The forecast that the prediction made for the volume that really went out: its curve read there, and its interval carried
 * along. Without a curve (predictions of older versions) it is the predicted figure itself.
 */
export function forecastCheck(prediction: MeasuredPrediction): ForecastCheck {
  const { predictedRevenueUsd, interval, weekBefore, actualRevenueSends } = prediction;
  const forecastUsd = readCurve(prediction.curve, actualRevenueSends / 7) ?? predictedRevenueUsd;
  return {
    creatorId: prediction.creatorId,
    actualUsd: prediction.actualRevenueUsd,
    forecastUsd,
    interval: interval && scaledInterval(interval, predictedRevenueUsd, forecastUsd),
    naiveUsd: weekBefore ? (naiveForecastUsd(weekBefore, actualRevenueSends) ?? null) : null,
    weekBeforeUsd: weekBefore?.revenueUsd ?? null,
  };
}
