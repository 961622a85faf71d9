import { CATEGORIES } from '../history/index.js';
import type { DailyVolume } from './base-volume.js';
import type { CaptionConstraint } from './caption-supply.js';
import type { Elasticity } from './elasticity.js';
import type { Fusion } from './fusion.js';
import type { LearningOffset } from './learning-offset.js';
import type { DailyStep, VolumeStep, WeeklyVolume } from './volume-decision.js';
import { EVEN_WEEKDAYS } from './weekdays.js';

type StepOf<Name extends VolumeStep['step']> = Extract<VolumeStep, { readonly step: Name }>;

export function dailyStep(
  step: DailyStep['step'],
  before: DailyVolume | undefined,
  after: DailyVolume,
  reason: string,
): DailyStep {
  const isChanged = before === undefined || CATEGORIES.some((category) => before[category] !== after[category]);
  return { step, before, after, isChanged, reason };
}

/** `constraint` is `undefined` when nobody was asked for captions. */
export function captionStep(slotsOffered: number, constraint: CaptionConstraint | undefined): StepOf<'captions'> {
  const after = constraint?.slots.length ?? slotsOffered;
  const isChanged = after !== slotsOffered;
  return { step: 'captions', before: slotsOffered, after, isChanged, reason: captionReason(slotsOffered, constraint) };
}

/** `multipliers` is `undefined` when the settings switch them off. */
export function weekdayStep(
  even: WeeklyVolume,
  week: WeeklyVolume,
  multipliers: readonly number[] | undefined,
): StepOf<'weekdays'> {
  const isOther = (count: number, day: number, counts: readonly number[]) => count !== counts[day];
  const isChanged = CATEGORIES.some((category) =>
    week[category].some((count, day) => isOther(count, day, even[category])),
  );
  return { step: 'weekdays', before: even, after: week, isChanged, reason: weekdayReason(multipliers) };
}

export function followupStep(
  perWeekday: readonly number[],
  confidence: number,
  perDayMax: number,
): StepOf<'followups'> {
  const reason = `four fifths of a day's PPVs, times confidence ${confidence}, at most ${perDayMax}`;
  return { step: 'followups', before: undefined, after: perWeekday, isChanged: true, reason };
}

export function fusionReason({ parts, saturation, opportunity, revenueTrendPct, isDivergent }: Fusion): string {
  if (parts.length === 0) return 'under 5 sends in every horizon: neutral 50/50';
  const horizons = parts.map(({ horizon, weight }) => `${horizon.days}d x ${weight.toFixed(3)} (${horizon.origin})`);
  const scores = `saturation ${saturation.toFixed(1)}, opportunity ${opportunity.toFixed(1)}, trend ${revenueTrendPct.toFixed(1)} %`;
  return `${scores} from ${horizons.join(', ')}${isDivergent ? '; horizons diverge, the short one weighs more' : ''}`;
}

export function learningReason({ sendsPerDay, guard }: LearningOffset): string {
  return `offset ${sendsPerDay} a day, guard ${guard}`;
}

/** `elasticity` is `undefined` when the settings switch the cap off. */
export function elasticityReason(elasticity: Elasticity | undefined): string {
  switch (elasticity?.verdict) {
    case undefined:
      return 'switched off';
    case 'declines':
      return `a day's total revenue stops growing at ${elasticity.capPerDay} sends`;
    case 'grows':
      return "no cap: a day's total revenue still grows at this volume";
    case 'too_close_to_tell':
      return "no cap: a decline of the total is within the days' noise";
    case 'too_few_levels':
      return 'no cap: fewer than 3 volumes were tried on 3 days each in the last 90';
  }
}

function captionReason(slotsOffered: number, constraint: CaptionConstraint | undefined): string {
  if (!constraint) return 'captions not asked';
  const missing = slotsOffered - constraint.slots.length;
  if (missing === 0) return 'every slot has a caption';
  return `${missing} of ${slotsOffered} slots a week lack a caption${constraint.reason ? `: ${constraint.reason}` : ''}`;
}

function weekdayReason(multipliers: readonly number[] | undefined): string {
  if (!multipliers) return 'switched off';
  if (multipliers === EVEN_WEEKDAYS) return 'every day alike: under 20 sends in 60 days, or no revenue';
  const list = multipliers.map((multiplier) => multiplier.toFixed(2)).join(' ');
  return `revenue per send by weekday, Monday first: ${list}`;
}
