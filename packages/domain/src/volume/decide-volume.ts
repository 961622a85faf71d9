import { roundHalfUp } from '../arithmetic/index.js';
import { InvalidSettingsError } from '../errors.js';
import { CATEGORIES } from '../history/index.js';
import { VOLUME_BOUNDS, baseVolume, volumeTier } from './base-volume.js';
import type { DailyVolume } from './base-volume.js';
import { constrainByCaptions, firstSlots } from './caption-supply.js';
import type { CaptionConstraint } from './caption-supply.js';
import { confidenceOf } from './confidence.js';
import { fitElasticity, volumeLevels } from './elasticity.js';
import type { Elasticity } from './elasticity.js';
import { FOLLOW_UPS_PER_DAY_MAX, followUpCount } from './follow-up-count.js';
import { fuseHorizons } from './fusion.js';
import type { Fusion } from './fusion.js';
import { HORIZONS, localDayNumber, tallyHistory } from './history-tally.js';
import type { HistoryTally } from './history-tally.js';
import { NO_LEARNING, withLearning } from './learning-offset.js';
import { scaledVolume } from './multipliers.js';
import { scoreHorizon } from './saturation-opportunity.js';
import type { HorizonScores } from './saturation-opportunity.js';
import { storedScores } from './stored-horizon.js';
import { VOLUME_CALCULATION_VERSION } from './volume-decision.js';
import type {
  VolumeDataSource,
  VolumeDecision,
  VolumeInput,
  VolumeSettings,
  VolumeStep,
  WeeklyVolume,
} from './volume-decision.js';
import { EVEN_WEEKDAYS, weekdayMultipliers } from './weekdays.js';
import { distributeWeek } from './weekly-distribution.js';

export const DEFAULT_VOLUME_SETTINGS: VolumeSettings = {
  followUpsPerDayMax: FOLLOW_UPS_PER_DAY_MAX,
  capsByElasticity: true,
  adjustsWeekdays: true,
};

/**
 * How much a creator should send in a week, from what was known at `asOfMs`. In this order: base volume of the tier, scores of
 * up to three horizons, confidence, learnt offset, elasticity cap, captions, weekdays, follow-ups; so that the last two see
 * the final volume. Writes nothing and asks nobody but the caption supply.
 *
 * @throws {InvalidSettingsError} for a fan count, time zone, offset or setting that cannot be.
 *
 * Source: spec, section 7.
 */
export function decideVolume(input: VolumeInput): VolumeDecision {
  const { creator, asOfMs, learningOffset = NO_LEARNING, captionSupply } = input;
  const { fanCount, pageType, timeZone } = creator;
  const settings = checkedSettings({ ...DEFAULT_VOLUME_SETTINGS, ...input.settings });
  const tier = volumeTier(fanCount);
  const tally = tallyHistory(input.sends, asOfMs, timeZone);

  const horizons = horizonsOf(tally, input);
  const fusion = fuseHorizons(horizons);
  const messageCountAnalyzed = horizons.reduce(
    (most, { sendCount }) => Math.max(most, sendCount),
    horizons.length === 0 ? tally.windows[30].current.sendCount : 0,
  );
  const confidence = confidenceOf(messageCountAnalyzed);

  const base = baseVolume(tier, pageType);
  const fused = scaledVolume(base, fusion, { pageType, confidence: 1 });
  const dampenedVolume = scaledVolume(base, fusion, { pageType, confidence });
  const learnt = { ...dampenedVolume, revenue: withLearning(dampenedVolume.revenue, learningOffset) };
  const elasticity = settings.capsByElasticity ? fitElasticity(volumeLevels(tally), learnt.revenue) : undefined;
  const capped =
    elasticity?.verdict === 'declines'
      ? { ...learnt, revenue: Math.min(learnt.revenue, elasticity.capPerDay) }
      : learnt;

  const multipliers = settings.adjustsWeekdays ? weekdayMultipliers(tally, confidence) : EVEN_WEEKDAYS;
  const offered = 7 * capped.revenue;
  const constraint = captionSupply
    ? constrainByCaptions(offered, captionSupply, (slotCount) =>
        distributeWeek(slotCount, multipliers, VOLUME_BOUNDS.revenue),
      )
    : { slots: firstSlots(offered), reason: undefined };
  const revenuePerWeek = constraint.slots.length;
  const perDay = { ...capped, revenue: roundHalfUp(revenuePerWeek / 7) };
  const evenWeek = weekOf(perDay, revenuePerWeek, EVEN_WEEKDAYS);
  const week = weekOf(perDay, revenuePerWeek, multipliers);
  const followUpsPerWeekday = week.revenue.map((count) =>
    followUpCount(count, confidence, settings.followUpsPerDayMax),
  );

  const dailySteps = {
    base: dailyStep('base', undefined, base, `${tier} tier (${fanCount} fans), ${pageType} page`),
    fusion: dailyStep('fusion', base, fused, fusionReason(fusion)),
    confidence: dailyStep(
      'confidence',
      fused,
      dampenedVolume,
      `confidence ${confidence} from ${messageCountAnalyzed} sends`,
    ),
    learning: dailyStep(
      'learning',
      dampenedVolume,
      learnt,
      `offset ${learningOffset.sendsPerDay} a day, guard ${learningOffset.guard}`,
    ),
    elasticity: dailyStep('elasticity', learnt, capped, elasticityReason(elasticity)),
  };
  const captions: VolumeStep = {
    step: 'captions',
    before: offered,
    after: revenuePerWeek,
    isChanged: revenuePerWeek !== offered,
    reason: captionReason(offered, constraint, captionSupply !== undefined),
  };
  const weekdays: VolumeStep = {
    step: 'weekdays',
    before: evenWeek,
    after: week,
    isChanged: CATEGORIES.some((category) => week[category].some((count, day) => count !== evenWeek[category][day])),
    reason: weekdayReason(multipliers, settings),
  };
  const followUps: VolumeStep = {
    step: 'follow_ups',
    before: undefined,
    after: followUpsPerWeekday,
    isChanged: true,
    reason: `four fifths of the PPVs of a day, times confidence ${confidence}, at most ${settings.followUpsPerDayMax}`,
  };
  const steps: readonly VolumeStep[] = [...Object.values(dailySteps), captions, weekdays, followUps];

  return {
    asOfMs,
    fanCount,
    pageType,
    tier,
    saturationScore: fusion.saturation,
    opportunityScore: fusion.opportunity,
    revenueTrendPct: fusion.revenueTrendPct,
    perDay,
    week,
    slotsOffered: offered,
    revenueSlots: constraint.slots,
    followUpsPerWeekday,
    weekdayMultipliers: multipliers,
    horizons: fusion.parts,
    isDivergent: fusion.isDivergent,
    elasticity,
    dataSource: dataSourceOf(fusion),
    confidenceScore: confidence,
    messageCountAnalyzed,
    flags: {
      multiHorizonUsed: dailySteps.fusion.isChanged && fusion.parts.length > 1,
      confidenceDampened: dailySteps.confidence.isChanged,
      learningApplied: dailySteps.learning.isChanged,
      elasticityCapped: dailySteps.elasticity.isChanged,
      captionConstrained: captions.isChanged,
      dowAdjusted: weekdays.isChanged,
    },
    steps,
    notes: steps.map(({ step, reason }) => ({ step, reason })),
    calculationVersion: VOLUME_CALCULATION_VERSION,
  };
}

function checkedSettings(settings: VolumeSettings): VolumeSettings {
  const { followUpsPerDayMax } = settings;
  if (
    !Number.isSafeInteger(followUpsPerDayMax) ||
    followUpsPerDayMax < 0 ||
    followUpsPerDayMax > FOLLOW_UPS_PER_DAY_MAX
  ) {
    throw new InvalidSettingsError('followUpsPerDayMax', String(followUpsPerDayMax), 'a whole number from 0 to 4');
  }
  return settings;
}

/** Each horizon from its stored row if there is a fresh one, else from messages; left out when neither has enough sends. */
function horizonsOf(tally: HistoryTally, { storedHorizons = [], creator, asOfMs }: VolumeInput): HorizonScores[] {
  const asOfDay = localDayNumber(creator.timeZone, asOfMs);
  return HORIZONS.flatMap((days) => storedScores(storedHorizons, days, asOfDay) ?? scoreHorizon(tally, days) ?? []);
}

function weekOf(perDay: DailyVolume, revenuePerWeek: number, multipliers: readonly number[]): WeeklyVolume {
  return {
    revenue: distributeWeek(revenuePerWeek, multipliers, VOLUME_BOUNDS.revenue),
    engagement: distributeWeek(7 * perDay.engagement, multipliers, VOLUME_BOUNDS.engagement),
    retention: distributeWeek(7 * perDay.retention, multipliers, VOLUME_BOUNDS.retention),
  };
}

function dataSourceOf({ parts }: Fusion): VolumeDataSource {
  if (parts.length === 0) return 'fallback';
  const storedCount = parts.filter(({ horizon }) => horizon.origin === 'stored').length;
  if (storedCount === 0) return 'calculated_on_demand';
  return storedCount === parts.length ? 'cached_tracking' : 'dynamic';
}

type DailyStepName = 'base' | 'fusion' | 'confidence' | 'learning' | 'elasticity';

function dailyStep(step: DailyStepName, before: DailyVolume | undefined, after: DailyVolume, reason: string) {
  const isChanged = before === undefined || CATEGORIES.some((category) => before[category] !== after[category]);
  return { step, before, after, isChanged, reason };
}

function fusionReason({ parts, saturation, opportunity, revenueTrendPct, isDivergent }: Fusion): string {
  if (parts.length === 0) return 'under 5 sends in every horizon: neutral 50/50';
  const horizons = parts
    .map(({ horizon, weight }) => `${horizon.days}d x ${weight.toFixed(3)} (${horizon.origin})`)
    .join(', ');
  const scores = `saturation ${saturation.toFixed(1)}, opportunity ${opportunity.toFixed(1)}, trend ${revenueTrendPct.toFixed(1)} %`;
  return `${scores} from ${horizons}${isDivergent ? '; horizons diverge, the short one weighs more' : ''}`;
}

function elasticityReason(elasticity: Elasticity | undefined): string {
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

function captionReason(offered: number, { slots, reason }: CaptionConstraint, isAsked: boolean): string {
  if (!isAsked) return 'captions not asked';
  if (slots.length === offered) return 'every slot has a caption';
  return `${offered - slots.length} of ${offered} slots a week lack a caption${reason ? `: ${reason}` : ''}`;
}

function weekdayReason(multipliers: readonly number[], { adjustsWeekdays }: VolumeSettings): string {
  if (!adjustsWeekdays) return 'switched off';
  if (multipliers === EVEN_WEEKDAYS) return 'every day alike: under 20 sends in 60 days, or no revenue';
  return `revenue per send by weekday, Monday first: ${multipliers.map((multiplier) => multiplier.toFixed(2)).join(' ')}`;
}
