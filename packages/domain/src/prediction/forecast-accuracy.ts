import type { ForecastCheck } from './measured-prediction.js';

/** How good forecasts were; each figure is null where nothing can be said. */
export interface ForecastAccuracy {
  readonly measured: number;
  /** Sum of absolute errors over the sum of actual revenue. */
  readonly wape: number | null;
  /** The same of the naive forecast, and of ours, over the weeks that have a naive one: to be read beside each other. */
  readonly naiveWape: number | null;
  readonly comparedWape: number | null;
  /**
   * Mean absolute error over that of the naive forecast, on the same weeks; below 1 beats it. Of several creators: the mean
   * of theirs, so that large pages do not drown small ones.
   */
  readonly mase: number | null;
  /** Of the creators with a MASE, the percentage below 1. */
  readonly creatorsBeatingNaivePct: number | null;
  /** Percentage of weeks inside their 80 % interval; wanted: 80. */
  readonly coveragePct: number | null;
  /** Percentage of weeks within 25 % of what was forecast; forecasts of 0 are left out. */
  readonly within25Pct: number | null;
  /** Percentage of weeks that rose or fell against the week before as forecast; ties on either side are left out. */
  readonly directionRightPct: number | null;
  /** Sum of (actual - forecast) over the sum of forecasts, in percent: positive means that too little was forecast. */
  readonly biasPct: number | null;
}

/** The accuracy of these weeks, of one creator or of several. Source: spec, section 8. */
export function forecastAccuracy(checks: readonly ForecastCheck[]): ForecastAccuracy {
  const compared = checks.filter(({ naiveUsd }) => naiveUsd !== null);
  const mases = scaledErrors(compared);
  const withInterval = checks.filter(({ interval }) => interval !== null);
  const withForecast = checks.filter(({ forecastUsd }) => forecastUsd !== 0);
  const directions = checks.flatMap(({ actualUsd, forecastUsd, weekBeforeUsd }) => {
    if (weekBeforeUsd === null || actualUsd === weekBeforeUsd || forecastUsd === weekBeforeUsd) return [];
    return [actualUsd > weekBeforeUsd === forecastUsd > weekBeforeUsd];
  });
  const gained = sumOf(checks, ({ actualUsd, forecastUsd }) => actualUsd - forecastUsd);
  return {
    measured: checks.length,
    wape: ratio(sumOf(checks, errorUsd), sumOf(checks, actualOf)),
    naiveWape: ratio(sumOf(compared, naiveErrorUsd), sumOf(compared, actualOf)),
    comparedWape: ratio(sumOf(compared, errorUsd), sumOf(compared, actualOf)),
    mase: ratio(
      sumOf(mases, (mase) => mase),
      mases.length,
    ),
    creatorsBeatingNaivePct: percentage(mases, (mase) => mase < 1),
    coveragePct: percentage(withInterval, isInside),
    within25Pct: percentage(withForecast, (check) => errorUsd(check) <= 0.25 * check.forecastUsd),
    directionRightPct: percentage(directions, (isRight) => isRight),
    biasPct: percent(
      ratio(
        gained,
        sumOf(checks, ({ forecastUsd }) => forecastUsd),
      ),
    ),
  };
}

/** The MASE of each creator; one whose naive forecast was never off has none. */
function scaledErrors(compared: readonly ForecastCheck[]): number[] {
  const byCreator = new Map<string, ForecastCheck[]>();
  for (const check of compared) byCreator.set(check.creatorId, [...(byCreator.get(check.creatorId) ?? []), check]);
  return [...byCreator.values()].flatMap((own) => ratio(sumOf(own, errorUsd), sumOf(own, naiveErrorUsd)) ?? []);
}

const actualOf = ({ actualUsd }: ForecastCheck): number => actualUsd;
const errorUsd = ({ actualUsd, forecastUsd }: ForecastCheck): number => Math.abs(actualUsd - forecastUsd);
const naiveErrorUsd = ({ actualUsd, naiveUsd }: ForecastCheck): number => Math.abs(actualUsd - (naiveUsd ?? actualUsd));
const isInside = ({ actualUsd, interval }: ForecastCheck): boolean =>
  interval !== null && actualUsd >= interval.lowUsd && actualUsd <= interval.highUsd;

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const percent = (share: number | null): number | null => (share === null ? null : share * 100);
const percentage = <T>(items: readonly T[], holds: (item: T) => boolean): number | null =>
  percent(ratio(items.filter(holds).length, items.length));
const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((sum, item) => sum + value(item), 0);
