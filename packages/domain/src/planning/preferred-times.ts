import type { Random } from '../chance/index.js';
import type { PlanSettings } from './plan-settings.js';
import type { WeekMinutes } from './week-minutes.js';

/** Where the items of one day would best go, in minutes since the week's start, ascending. */
export interface DayTargets {
  readonly ppv: readonly number[];
  readonly free: readonly number[];
}

/** A minute outside the preferred stretch of the day counts this much of one inside. */
const OUTSIDE_SHARE = 0.02;
/** Cuts the work to a fifth; targets are wishes, not times. */
const STEP_MINUTES = 5;

/**
 * Spreads a day's items over its open minutes: the day is cut into as many parts of equal weight as there are items, and
 * each part gives one target, drawn from its middle half. So an hour that earned more gets more PPVs, yet they never
 * crowd together. A PPV weighs a minute by the square of its hour's weight, a free item weighs all preferred hours alike.
 */
export function preferredTimes(
  minutes: WeekMinutes,
  day: number,
  counts: { readonly ppv: number; readonly free: number },
  settings: PlanSettings,
  hourWeights: readonly number[] | undefined,
  random: Random,
): DayTargets {
  const from = minutes.dayFrom[day] ?? 0;
  const to = minutes.dayFrom[day + 1] ?? 0;
  const open: number[] = [];
  const ppvWeights: number[] = [];
  const freeWeights: number[] = [];
  for (let minute = from; minute < to; minute++) {
    const shown = minutes.wallMinute[minute] ?? 0;
    if (shown % STEP_MINUTES !== 0 || minutes.fits[minute] === 0) continue;
    const isPreferred = shown >= settings.dayStartMinute && shown < settings.dayEndMinute;
    const base = isPreferred ? 1 : OUTSIDE_SHARE;
    open.push(minute);
    freeWeights.push(base);
    ppvWeights.push(base * (hourWeights?.[Math.floor(shown / 60)] ?? 1) ** 2);
  }
  return {
    ppv: targetsOf(open, ppvWeights, counts.ppv, random),
    free: targetsOf(open, freeWeights, counts.free, random),
  };
}

function targetsOf(open: readonly number[], weights: readonly number[], count: number, random: Random): number[] {
  const total = weights.reduce((a, b) => a + b, 0);
  const targets: number[] = [];
  let index = 0;
  let sum = weights[0] ?? 0;
  for (let k = 0; k < count; k++) {
    const wanted = (total * (k + 0.25 + random() / 2)) / count;
    while (sum < wanted && index < open.length - 1) sum += weights[++index] ?? 0;
    targets.push(open[index] ?? 0);
  }
  return targets;
}
