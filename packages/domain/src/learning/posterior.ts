import type { LearningState } from './learning-state.js';
import type { Moments } from './moments.js';
import {
  CURVATURES,
  FATIGUE_SHARES,
  GRID_REACH,
  GRID_STEP,
  LEAST_BEST_VOLUME,
  NOISE_PRIOR,
  priorSpread,
  type ResponseShape,
} from './response-model.js';

/** How likely each candidate for the best volume v* is. The grid is linear and symmetric about `centre`. */
export interface Posterior {
  /** The middle candidate, revenue sends a day. */
  readonly centre: number;
  /** Between neighbouring candidates. */
  readonly step: number;
  /** One for each candidate, lowest first, an odd number of them; they sum to 1. */
  readonly weights: readonly number[];
}

/** A joint posterior: for each curvature and fatigue share the weights over v*; all of them together sum to 1. */
export interface JointPosterior {
  readonly centre: number;
  readonly step: number;
  readonly layers: readonly { curvature: number; fatigueShare: number; weights: readonly number[] }[];
}

const SIDE = GRID_REACH / GRID_STEP;

/** The candidates for v*, lowest first. Some may lie below `LEAST_BEST_VOLUME`: they act like it. */
export function candidateVolumes({ centre, step, weights }: Posterior): number[] {
  const middle = (weights.length - 1) / 2;
  return weights.map((_, i) => centre + (i - middle) * step);
}

/** What is believed before any evidence: symmetric about the volume at which the evidence begins. */
export function priorOf(beginsAtVolume: number): Posterior {
  return { centre: beginsAtVolume, step: GRID_STEP, weights: normalised(priorLogWeights(beginsAtVolume)) };
}

/** Over v* alone, curvature, fatigue share, level and noise integrated out. */
export function posteriorOf(state: LearningState): Posterior {
  return marginalOf(jointPosteriorOf(state));
}

/** Over v* alone, from a joint one. */
export function marginalOf({ centre, step, layers }: JointPosterior): Posterior {
  const weights = new Array<number>(2 * SIDE + 1).fill(0);
  for (const layer of layers) layer.weights.forEach((weight, i) => (weights[i] = (weights[i] ?? 0) + weight));
  return { centre, step, weights };
}

/**
 * Over v*, curvature and fatigue share; the level (flat prior) and the noise variance (inverse gamma) are integrated out
 * in closed form, so that a week costs one pass over the grid.
 */
export function jointPosteriorOf({ beginsAtVolume, response }: LearningState): JointPosterior {
  const exponent = NOISE_PRIOR.shape + Math.max(0, response.weight - 1) / 2;
  const rate = NOISE_PRIOR.meanVariance * (NOISE_PRIOR.shape - 1);
  const logWeightOf = (unexplained: number): number => -exponent * Math.log(rate + unexplained / 2);
  const shapes = CURVATURES.flatMap((curvature) => FATIGUE_SHARES.map((fatigueShare) => ({ curvature, fatigueShare })));
  const prior = priorLogWeights(beginsAtVolume);
  const flat = shapes.flatMap(({ curvature, fatigueShare }) => {
    const unexplained = unexplainedBy(response, curvature, fatigueShare);
    return prior.map((logPrior, i) => logPrior + logWeightOf(unexplained(candidateAt(beginsAtVolume, i))));
  });
  const weights = normalised(flat);
  const size = prior.length;
  return {
    centre: beginsAtVolume,
    step: GRID_STEP,
    layers: shapes.map((shape, i) => ({ ...shape, weights: weights.slice(i * size, (i + 1) * size) })),
  };
}

/**
 * Over v* with curvature, fatigue share and noise given. Here, and only here, this is promised: raising the revenue of a
 * week whose effective volume lies above the discounted mean moves the weights up (in likelihood ratio), below it down.
 */
export function posteriorGiven({ beginsAtVolume, response }: LearningState, given: ResponseShape): Posterior {
  const unexplained = unexplainedBy(response, given.curvature, given.fatigueShare);
  const logWeights = priorLogWeights(beginsAtVolume).map(
    (logPrior, i) => logPrior - unexplained(candidateAt(beginsAtVolume, i)) / (2 * given.noise * given.noise),
  );
  return { centre: beginsAtVolume, step: GRID_STEP, weights: normalised(logWeights) };
}

const candidateAt = (centre: number, index: number): number => centre + (index - SIDE) * GRID_STEP;

function priorLogWeights(beginsAtVolume: number): number[] {
  const spread = priorSpread(beginsAtVolume);
  return Array.from({ length: 2 * SIDE + 1 }, (_, i) => -0.5 * (((i - SIDE) * GRID_STEP) / spread) ** 2);
}

/** The sum of squares that the model leaves unexplained, by v*: that of y - k l + k u / v* about its mean. */
function unexplainedBy({ products }: Moments, k: number, w: number): (bestVolume: number) => number {
  const [yy = 0, yl = 0, yv = 0, yf = 0, ll = 0, lv = 0, lf = 0, vv = 0, vf = 0, ff = 0] = products;
  const yu = w * yv + (1 - w) * yf;
  const lu = w * lv + (1 - w) * lf;
  const uu = w * w * vv + 2 * w * (1 - w) * vf + (1 - w) * (1 - w) * ff;
  const constant = yy - 2 * k * yl + k * k * ll;
  const linear = 2 * k * yu - 2 * k * k * lu;
  const square = k * k * uu;
  return (bestVolume) => {
    const pull = 1 / Math.max(bestVolume, LEAST_BEST_VOLUME);
    return Math.max(0, constant + linear * pull + square * pull * pull);
  };
}

/** exp of the logarithms, scaled to sum 1. Both are symmetric in the order, so that a mirrored input mirrors exactly. */
function normalised(logWeights: readonly number[]): number[] {
  const highest = logWeights.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logWeights.map((logWeight) => Math.exp(logWeight - highest));
  let total = 0;
  for (let i = 0, j = weights.length - 1; i <= j; i++, j--) {
    total += i === j ? (weights[i] ?? 0) : (weights[i] ?? 0) + (weights[j] ?? 0);
  }
  return weights.map((weight) => weight / total);
}
