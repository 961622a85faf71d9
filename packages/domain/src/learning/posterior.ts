import type { LearningState } from './learning-state.js';
import { noMoments, type Moments } from './moments.js';
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

/** The part of a learning state that the posterior is made from. */
export type ResponseEvidence = Pick<LearningState, 'beginsAtVolume' | 'response'>;

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
  return posteriorOf({ beginsAtVolume, response: noMoments(4) });
}

/** Over v* alone, curvature, fatigue share, level and noise integrated out. */
export function posteriorOf(state: ResponseEvidence): Posterior {
  return marginalOf(jointPosteriorOf(state));
}

/** Over v* alone, from a joint one. */
export function marginalOf({ centre, step, layers }: JointPosterior): Posterior {
  const weights: number[] = [];
  for (const layer of layers) layer.weights.forEach((weight, i) => (weights[i] = (weights[i] ?? 0) + weight));
  return { centre, step, weights };
}

/**
 * Over v*, curvature and fatigue share; the level (flat prior) and the noise variance (inverse gamma) are integrated out
 * in closed form, so that a week costs one pass over the grid.
 */
export function jointPosteriorOf({ beginsAtVolume, response }: ResponseEvidence): JointPosterior {
  const exponent = NOISE_PRIOR.shape + (response.weight > 1 ? response.weight - 1 : 0) / 2;
  const rate = NOISE_PRIOR.meanVariance * (NOISE_PRIOR.shape - 1);
  const prior = priorWeights(beginsAtVolume);
  const pulls = pullsAbout(beginsAtVolume);
  const layers = SHAPES.map((shape) => ({ ...shape, unexplained: unexplainedBy(response, shape, pulls) }));
  const least = leastOf(layers.flatMap(({ unexplained }) => unexplained));
  const weights = layers.map(({ unexplained }) =>
    unexplained.map((rss, i) => (prior[i] ?? 0) * ((rate + least / 2) / (rate + rss / 2)) ** exponent),
  );
  const total = weights.reduce((sum, layer) => sum + mirroredSum(layer), 0);
  return {
    centre: beginsAtVolume,
    step: GRID_STEP,
    layers: SHAPES.map((shape, layer) => ({
      ...shape,
      weights: (weights[layer] ?? []).map((weight) => weight / total),
    })),
  };
}

/**
 * Over v* with curvature, fatigue share and noise given. Here, and only here, this is promised: raising the revenue of a
 * week whose effective volume lies above the discounted mean moves the weights up (in likelihood ratio), below it down.
 */
export function posteriorGiven({ beginsAtVolume, response }: ResponseEvidence, given: ResponseShape): Posterior {
  const prior = priorWeights(beginsAtVolume);
  const unexplained = unexplainedBy(response, given, pullsAbout(beginsAtVolume));
  const least = leastOf(unexplained);
  const weights = unexplained.map((rss, i) => (prior[i] ?? 0) * Math.exp((least - rss) / (2 * given.noise ** 2)));
  const total = mirroredSum(weights);
  return { centre: beginsAtVolume, step: GRID_STEP, weights: weights.map((weight) => weight / total) };
}

const SHAPES = CURVATURES.flatMap((curvature) => FATIGUE_SHARES.map((fatigueShare) => ({ curvature, fatigueShare })));
const DISTANCES = Array.from({ length: 2 * SIDE + 1 }, (_, i) => (i - SIDE) * GRID_STEP);

/** Not scaled: the middle weighs 1. */
function priorWeights(beginsAtVolume: number): number[] {
  const spread = priorSpread(beginsAtVolume);
  return DISTANCES.map((distance) => Math.exp(-0.5 * (distance / spread) ** 2));
}

/** 1 / v* for each candidate. */
function pullsAbout(centre: number): number[] {
  return DISTANCES.map((distance) => 1 / Math.max(centre + distance, LEAST_BEST_VOLUME));
}

/** The sum of squares that the model leaves unexplained, by candidate: that of y - k l + k u / v* about its mean. */
function unexplainedBy(
  { products }: Moments,
  { curvature: k, fatigueShare: w }: Pick<ResponseShape, 'curvature' | 'fatigueShare'>,
  pulls: readonly number[],
): number[] {
  const [yy = 0, yl = 0, yv = 0, yf = 0, ll = 0, lv = 0, lf = 0, vv = 0, vf = 0, ff = 0] = products;
  const yu = w * yv + (1 - w) * yf;
  const lu = w * lv + (1 - w) * lf;
  const uu = w * w * vv + 2 * w * (1 - w) * vf + (1 - w) * (1 - w) * ff;
  const constant = yy - 2 * k * yl + k * k * ll;
  const linear = 2 * k * yu - 2 * k * k * lu;
  const square = k * k * uu;
  return pulls.map((pull) => {
    const rss = constant + linear * pull + square * pull * pull;
    return rss > 0 ? rss : 0;
  });
}

const leastOf = (values: readonly number[]): number => values.reduce((a, b) => (b < a ? b : a), Infinity);

/** The sum, taken from both ends inwards: the same, bit for bit, of the values in reverse. */
function mirroredSum(values: readonly number[]): number {
  let sum = 0;
  for (let i = 0, j = values.length - 1; i <= j; i++, j--) {
    sum += i === j ? (values[i] ?? 0) : (values[i] ?? 0) + (values[j] ?? 0);
  }
  return sum;
}
