import {
  jointPosteriorOf,
  learningConfidence,
  logResponse,
  marginalOf,
  priorOf,
  responseCurveOf,
  stockAfter,
  type EvidenceWeek,
  type LearningState,
} from '../learning/index.js';

/**
 * Without evidence on volume: revenue grows with sends, but less than in proportion. Twice the sends bring 1.6 times the
 * revenue, so that revenue per send stays near its recent level.
 */
const USUAL_ELASTICITY = 0.65;

/** What a week is worth for the level of revenue, a week later. Seven weeks ago counts half. */
const LEVEL_KEPT_PER_WEEK = 0.9;

/** The same for its variation, which takes longer to know. */
const VARIATION_KEPT_PER_WEEK = 0.97;

/** Beforehand, weekly revenue is thought to vary by this share of itself; worth that many weeks. */
const PRIOR_VARIATION = 0.3;
const PRIOR_VARIATION_WEEKS = 4;

/** A creator's weekly revenue as a function of volume, and how far weeks stray from it. */
export interface RevenueModel {
  /** Mean weekly revenue at so many revenue sends a day, above 0. */
  readonly revenueAt: (volume: number) => number;
  /** Standard deviation of a coming week, as a share of its mean. */
  readonly variation: number;
  /** How much of the bend is learnt, 0..1; the rest is the usual elasticity. */
  readonly learntShare: number;
}

/**
 * Fits the level of revenue to the weeks, each brought to the same volume by the response curve: the learner's as far as it
 * is confident, for the rest the usual elasticity. Undefined without a week that had revenue sends.
 */
export function revenueModelOf(weeks: readonly EvidenceWeek[], learning: LearningState): RevenueModel | undefined {
  const sent = weeks.filter(({ volume }) => volume > 0);
  if (sent.length === 0) return undefined;
  const joint = jointPosteriorOf(learning);
  const learnt = learningConfidence(marginalOf(joint), priorOf(learning.beginsAtVolume));
  const curve = responseCurveOf(learning, joint);
  const bendAt = (volume: number, stock: number | undefined): number =>
    Math.exp((1 - learnt) * USUAL_ELASTICITY * Math.log(volume) + learnt * logResponse(curve, volume, stock));

  let stock: number | undefined;
  const levels: { ageWeeks: number; levelUsd: number }[] = [];
  weeks.forEach(({ volume, revenueUsd }, i) => {
    if (volume > 0) levels.push({ ageWeeks: weeks.length - 1 - i, levelUsd: revenueUsd / bendAt(volume, stock) });
    stock = stockAfter(stock, volume);
  });
  const weights = levels.map(({ ageWeeks }) => LEVEL_KEPT_PER_WEEK ** ageWeeks);
  const levelUsd = sumOf(levels.map((week, i) => week.levelUsd * (weights[i] ?? 0))) / sumOf(weights);
  const worthWeeks = sumOf(weights) ** 2 / sumOf(weights.map((weight) => weight ** 2));
  const lastStock = stock;
  return {
    revenueAt: (volume) => levelUsd * bendAt(volume, lastStock),
    variation: Math.sqrt(varianceAbout(levelUsd, levels) * (1 + 1 / worthWeeks)),
    learntShare: learnt,
  };
}

/** Variance of the weeks' levels as a share of the mean squared, shrunk to what is usual. */
function varianceAbout(levelUsd: number, levels: readonly { ageWeeks: number; levelUsd: number }[]): number {
  let squares = PRIOR_VARIATION_WEEKS * PRIOR_VARIATION ** 2;
  let weeks = PRIOR_VARIATION_WEEKS - 1;
  for (const week of levels) {
    const weight = VARIATION_KEPT_PER_WEEK ** week.ageWeeks;
    squares += levelUsd > 0 ? weight * (week.levelUsd / levelUsd - 1) ** 2 : 0;
    weeks += weight;
  }
  return squares / weeks;
}

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
