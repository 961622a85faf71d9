import { candidateVolumes, marginalOf, type JointPosterior } from './posterior.js';
import { LEAST_BEST_VOLUME } from './response-model.js';

/**
 * The probability that a constant volume `tried` earns less than `floor` of what a constant `usual` does. Both are sends a
 * day above 0. In the long run the stock equals the volume, so that the fatigue share has no say.
 */
export function shortfallRisk(joint: JointPosterior, usual: number, tried: number, floor: number): number {
  const pulls = candidateVolumes(marginalOf(joint)).map((volume) => 1 / Math.max(volume, LEAST_BEST_VOLUME));
  const logGain = Math.log(tried / usual);
  const least = Math.log(floor);
  let risk = 0;
  for (const { curvature, weights } of joint.layers) {
    weights.forEach((weight, i) => {
      if (curvature * (logGain - (tried - usual) * (pulls[i] ?? 0)) < least) risk += weight;
    });
  }
  return risk;
}
