import { CATEGORIES, type Category, type Send } from '../history/index.js';
import { learnWeeks, type LearningState } from '../learning/index.js';
import { assertMonday } from '../time/index.js';
import { intervalAbout, type RevenueInterval } from './interval.js';
import { drawCurve, readCurve, type RevenueCurve } from './revenue-curve.js';
import { revenueModelOf } from './revenue-model.js';
import { weeklyHistory } from './weekly-history.js';

/** Stored with each prediction, so that accuracy can be told apart by version. Change it with any change of the forecast. */
export const PREDICTION_ALGORITHM = '3.0';

/** Older weeks are not looked at. */
export const PREDICTION_HISTORY_WEEKS = 26;

/** What a prediction is made from. */
export interface PredictionRequest {
  readonly timeZone: string;
  /** The Monday of the week to predict, `YYYY-MM-DD`. */
  readonly weekStart: string;
  /** Messages planned in the whole week, by category. */
  readonly weeklyMessages: Readonly<Record<Category, number>>;
  /** The creator's sends; `PREDICTION_HISTORY_WEEKS` weeks of them are used. */
  readonly sends: readonly Send[];
  /** Nothing sent from here on is looked at: what was known then. */
  readonly asOfMs: number;
  /** What has been learnt of the response to volume. Left out, it is learnt from the sends themselves. */
  readonly learning?: LearningState;
}

/** A week's forecast. Revenue is that of revenue sends (PPVs); messages are those of all categories. */
export interface WeekPrediction {
  readonly weekStart: string;
  readonly algorithmVersion: string;
  /** 0 when the creator has no whole week of revenue sends yet (`basis` is `no_history`). */
  readonly weeklyRevenueUsd: number;
  readonly weeklyMessages: number;
  /** 80 %; null without history. */
  readonly interval: RevenueInterval | null;
  /** Weekly revenue by revenue sends a day; empty without history. */
  readonly curve: RevenueCurve;
  readonly inputs: PredictionInputs;
}

/** What went in, for the record. */
export interface PredictionInputs {
  readonly basis: 'history' | 'no_history';
  readonly asOfMs: number;
  /** Whole weeks used, and the first and last of them. */
  readonly weeks: number;
  readonly firstWeek: string | null;
  readonly lastWeek: string | null;
  /** Revenue sends a day that are planned. */
  readonly volume: number;
  /** How much of the bend with volume is learnt, 0..1. */
  readonly learntShare: number;
  /** Standard deviation of a week's revenue as a share of its mean. */
  readonly variation: number | null;
}

/**
 * The week's revenue and messages, with what was known at `asOfMs`. Revenue bends with volume: `curve` says what other
 * volumes would earn, and the point lies on it.
 *
 * Source: spec, section 8.
 */
export function predictWeek(request: PredictionRequest): WeekPrediction {
  assertMonday(request.weekStart);
  const { weekStart, asOfMs, weeklyMessages } = request;
  const weeks = weeklyHistory(request.sends, { ...request, maxWeeks: PREDICTION_HISTORY_WEEKS });
  const volume = weeklyMessages.revenue / 7;
  const model = revenueModelOf(weeks, request.learning ?? learnWeeks(usualVolume(weeks), weeks));
  const curve = model ? drawCurve(model.revenueAt) : [];
  const weeklyRevenueUsd = readCurve(curve, volume) ?? 0;
  return {
    weekStart,
    algorithmVersion: PREDICTION_ALGORITHM,
    weeklyRevenueUsd,
    weeklyMessages: CATEGORIES.reduce((sum, category) => sum + weeklyMessages[category], 0),
    interval: model ? intervalAbout(weeklyRevenueUsd, model.variation) : null,
    curve,
    inputs: {
      basis: model ? 'history' : 'no_history',
      asOfMs,
      weeks: weeks.length,
      firstWeek: weeks[0]?.weekStart ?? null,
      lastWeek: weeks[weeks.length - 1]?.weekStart ?? null,
      volume,
      learntShare: model?.learntShare ?? 0,
      variation: model?.variation ?? null,
    },
  };
}

/** Mean revenue sends a day of the weeks that had any; 1 without such a week, when it is asked for nothing. */
function usualVolume(weeks: readonly { volume: number }[]): number {
  const sent = weeks.filter(({ volume }) => volume > 0);
  return sent.length === 0 ? 1 : sent.reduce((sum, { volume }) => sum + volume, 0) / sent.length;
}
