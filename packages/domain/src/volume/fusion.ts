import { HORIZONS } from './history-tally.js';
import type { HorizonDays } from './history-tally.js';
import { NEUTRAL_SCORES } from './saturation-opportunity.js';
import type { HorizonScores, Scores } from './saturation-opportunity.js';

/** The scores that the volume is computed from, and how they came about. */
export interface Fusion extends Scores {
  /** 0 when no horizon could be compared with the time before. */
  readonly revenueTrendPct: number;
  /** The horizons that count, with their weights, which sum to 1. Empty: no scores, neutral. */
  readonly parts: readonly { readonly horizon: HorizonScores; readonly weight: number }[];
  /** Whether the short and the long horizon disagree, so that the short one weighs more. */
  readonly isDivergent: boolean;
}

type Weights = Readonly<Record<HorizonDays, number>>;
const STEADY: Weights = { 7: 0.3, 14: 0.5, 30: 0.2 };
const DIVERGENT: Weights = { 7: 0.5, 14: 0.35, 30: 0.15 };
const DIVERGENCE_POINTS = 15;
const FUSION_CONFIDENCE_MIN = 0.5;

/**
 * One pair of scores out of up to three horizons. When the 7- and the 30-day scores are 15 points or more apart, in either
 * score, the short one weighs more. The weight of a missing horizon is shared equally among those present.
 *
 * Fusing needs a confidence of 0.5: a third for each horizon, halved under 10 sends, four fifths under 30. So one horizon
 * alone is never fused; then the 14-day one counts, else the 30-, else the 7-day one. The sends counted are those of the
 * largest horizon, each once; the predecessor added up windows that overlap.
 *
 * Source: predecessor facts, 2.4.
 */
export function fuseHorizons(horizons: readonly HorizonScores[]): Fusion {
  const isDivergent = areDivergent(horizons);
  const weights = weightsOf(horizons, isDivergent ? DIVERGENT : STEADY);
  if (fusionConfidence(horizons) >= FUSION_CONFIDENCE_MIN) {
    return {
      ...weightedMean(horizons, weights),
      parts: horizons.map((horizon) => part(horizon, weights)),
      isDivergent,
    };
  }
  const only = [14, 30, 7].map((days) => horizons.find((horizon) => horizon.days === days)).find(Boolean);
  if (!only) return { ...NEUTRAL_SCORES, revenueTrendPct: 0, parts: [], isDivergent: false };
  const { saturation, opportunity, revenueTrendPct = 0 } = only;
  return { saturation, opportunity, revenueTrendPct, parts: [{ horizon: only, weight: 1 }], isDivergent: false };
}

const part = (horizon: HorizonScores, weights: Weights) => ({ horizon, weight: weights[horizon.days] });

function areDivergent(horizons: readonly HorizonScores[]): boolean {
  const short = horizons.find(({ days }) => days === 7);
  const long = horizons.find(({ days }) => days === 30);
  if (!short || !long) return false;
  const saturationGap = Math.abs(short.saturation - long.saturation);
  const opportunityGap = Math.abs(short.opportunity - long.opportunity);
  return Math.max(saturationGap, opportunityGap) >= DIVERGENCE_POINTS;
}

function weightsOf(present: readonly HorizonScores[], full: Weights): Weights {
  const isPresent = (days: HorizonDays) => present.some((horizon) => horizon.days === days);
  let missing = 0;
  for (const days of HORIZONS) if (!isPresent(days)) missing += full[days];
  const share = missing / Math.max(1, present.length);
  const weight = (days: HorizonDays) => (isPresent(days) ? full[days] + share : 0);
  return { 7: weight(7), 14: weight(14), 30: weight(30) };
}

function fusionConfidence(horizons: readonly HorizonScores[]): number {
  const sendCount = Math.max(0, ...horizons.map((horizon) => horizon.sendCount));
  const byCount = sendCount < 10 ? 0.5 : sendCount < 30 ? 0.8 : 1;
  return (horizons.length / 3) * byCount;
}

function weightedMean(horizons: readonly HorizonScores[], weights: Weights): Scores & { revenueTrendPct: number } {
  let saturation = 0;
  let opportunity = 0;
  let trend = 0;
  let trendWeight = 0;
  for (const horizon of horizons) {
    const weight = weights[horizon.days];
    saturation += weight * horizon.saturation;
    opportunity += weight * horizon.opportunity;
    if (horizon.revenueTrendPct !== undefined) {
      trend += weight * horizon.revenueTrendPct;
      trendWeight += weight;
    }
  }
  return { saturation, opportunity, revenueTrendPct: trendWeight > 0 ? trend / trendWeight : 0 };
}
