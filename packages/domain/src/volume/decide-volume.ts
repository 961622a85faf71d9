import { roundHalfUp } from '../arithmetic/index.js';
import { InvalidSettingsError } from '../errors.js';
import { VOLUME_BOUNDS, baseVolume, volumeTier } from './base-volume.js';
import type { DailyVolume } from './base-volume.js';
import { constrainByCaptions, firstSlots } from './caption-supply.js';
import type { CaptionConstraint, CaptionSupply } from './caption-supply.js';
import { confidenceOf } from './confidence.js';
import { fitElasticity, volumeLevels } from './elasticity.js';
import type { Elasticity } from './elasticity.js';
import { FOLLOWUPS_PER_DAY_MAX, followupCount } from './followup-count.js';
import { fuseHorizons } from './fusion.js';
import type { Fusion } from './fusion.js';
import { HORIZONS, localDayNumber, tallyHistory } from './history-tally.js';
import type { HistoryTally } from './history-tally.js';
import { NO_LEARNING, withLearning } from './learning-offset.js';
import { scaledVolume } from './multipliers.js';
import { scoreHorizon } from './saturation-opportunity.js';
import { storedScores } from './stored-horizon.js';
import { VOLUME_CALCULATION_VERSION } from './volume-decision.js';
import type { VolumeDataSource, VolumeDecision, VolumeInput, VolumeSettings, WeeklyVolume } from './volume-decision.js';
import {
  captionStep,
  dailyStep,
  elasticityReason,
  followupStep,
  fusionReason,
  learningReason,
  weekdayStep,
} from './volume-steps.js';
import { EVEN_WEEKDAYS, weekdayMultipliers } from './weekdays.js';
import { distributeWeek } from './weekly-distribution.js';

export const DEFAULT_VOLUME_SETTINGS: VolumeSettings = {
  followupsPerDayMax: FOLLOWUPS_PER_DAY_MAX,
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
  const { creator, asOfMs, learningOffset = NO_LEARNING } = input;
  const { fanCount, pageType, timeZone } = creator;
  const settings = checkedSettings({ ...DEFAULT_VOLUME_SETTINGS, ...input.settings });
  const tier = volumeTier(fanCount);
  const tally = tallyHistory(input.sends, asOfMs, timeZone);
  const { fusion, messageCountAnalyzed, confidence } = scoringOf(tally, input);

  const base = baseVolume(tier, pageType);
  const fused = scaledVolume(base, fusion, { pageType, confidence: 1 });
  const dampened = scaledVolume(base, fusion, { pageType, confidence });
  const learnt = { ...dampened, revenue: withLearning(dampened.revenue, learningOffset) };
  const elasticity = settings.capsByElasticity ? fitElasticity(volumeLevels(tally), learnt.revenue) : undefined;
  const capped = withCap(learnt, elasticity);

  const multipliers = settings.adjustsWeekdays ? weekdayMultipliers(tally, confidence) : EVEN_WEEKDAYS;
  const slotsOffered = 7 * capped.revenue;
  const constraint = constraintOf(slotsOffered, multipliers, input.captionSupply);
  const revenueSlots = constraint?.slots ?? firstSlots(slotsOffered);
  const perDay = { ...capped, revenue: roundHalfUp(revenueSlots.length / 7) };
  const evenWeek = weekOf(perDay, revenueSlots.length, EVEN_WEEKDAYS);
  const week = weekOf(perDay, revenueSlots.length, multipliers);
  const followupsPerWeekday = week.revenue.map((ppvs) => followupCount(ppvs, confidence, settings.followupsPerDayMax));

  const steps = {
    base: dailyStep('base', undefined, base, `${tier} tier (${fanCount} fans), ${pageType} page`),
    fusion: dailyStep('fusion', base, fused, fusionReason(fusion)),
    confidence: dailyStep('confidence', fused, dampened, `${confidence} from ${messageCountAnalyzed} sends`),
    learning: dailyStep('learning', dampened, learnt, learningReason(learningOffset)),
    elasticity: dailyStep('elasticity', learnt, capped, elasticityReason(elasticity)),
    captions: captionStep(slotsOffered, constraint),
    weekdays: weekdayStep(evenWeek, week, settings.adjustsWeekdays ? multipliers : undefined),
    followups: followupStep(followupsPerWeekday, confidence, settings.followupsPerDayMax),
  };
  const inOrder = Object.values(steps);

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
    slotsOffered,
    revenueSlots,
    followupsPerWeekday,
    weekdayMultipliers: multipliers,
    horizons: fusion.parts,
    isDivergent: fusion.isDivergent,
    elasticity,
    dataSource: dataSourceOf(fusion),
    confidenceScore: confidence,
    messageCountAnalyzed,
    flags: {
      multiHorizonUsed: steps.fusion.isChanged && fusion.parts.length > 1,
      confidenceDampened: steps.confidence.isChanged,
      learningApplied: steps.learning.isChanged,
      elasticityCapped: steps.elasticity.isChanged,
      captionConstrained: steps.captions.isChanged,
      dowAdjusted: steps.weekdays.isChanged,
    },
    steps: inOrder,
    notes: inOrder.map(({ step, reason }) => ({ step, reason })),
    calculationVersion: VOLUME_CALCULATION_VERSION,
  };
}

function checkedSettings(settings: VolumeSettings): VolumeSettings {
  const { followupsPerDayMax } = settings;
  if (
    !Number.isSafeInteger(followupsPerDayMax) ||
    followupsPerDayMax < 0 ||
    followupsPerDayMax > FOLLOWUPS_PER_DAY_MAX
  ) {
    throw new InvalidSettingsError('followupsPerDayMax', String(followupsPerDayMax), 'a whole number from 0 to 4');
  }
  return settings;
}

/**
 * The scores and how far they are to be believed. Each horizon comes from its stored row if there is a fresh one, else from
 * messages, and is left out when neither has enough sends.
 */
function scoringOf(tally: HistoryTally, { storedHorizons = [], creator, asOfMs }: VolumeInput) {
  const asOfDay = localDayNumber(creator.timeZone, asOfMs);
  const horizons = HORIZONS.flatMap(
    (days) => storedScores(storedHorizons, days, asOfDay) ?? scoreHorizon(tally, days) ?? [],
  );
  const messageCountAnalyzed =
    horizons.length > 0 ? Math.max(...horizons.map(({ sendCount }) => sendCount)) : tally.windows[30].current.sendCount;
  return { fusion: fuseHorizons(horizons), messageCountAnalyzed, confidence: confidenceOf(messageCountAnalyzed) };
}

function withCap(volume: DailyVolume, elasticity: Elasticity | undefined): DailyVolume {
  if (elasticity?.verdict !== 'declines') return volume;
  return { ...volume, revenue: Math.min(volume.revenue, elasticity.capPerDay) };
}

function constraintOf(
  slotsOffered: number,
  multipliers: readonly number[],
  supply: CaptionSupply | undefined,
): CaptionConstraint | undefined {
  const spread = (slotCount: number) => distributeWeek(slotCount, multipliers, VOLUME_BOUNDS.revenue);
  return supply && constrainByCaptions(slotsOffered, supply, spread);
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
