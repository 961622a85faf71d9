import {
  jointPosteriorOf,
  candidateVolumes,
  marginalOf,
  type JointPosterior,
  type ResponseEvidence,
} from './posterior.js';
import { effectiveVolume, LEAST_BEST_VOLUME, stockAfter } from './response-model.js';

/**
 * The posterior mean of log revenue as a function of volume, up to the creator's level:
 * `curvature * log v - atOnce * v - throughStock * F`. The mean of Ricker curves is a Ricker curve.
 */
export interface ResponseCurve {
  readonly curvature: number;
  readonly atOnce: number;
  readonly throughStock: number;
}

/** The response curve that the evidence speaks for; from the joint posterior if the caller has it already. */
export function responseCurveOf(
  state: ResponseEvidence,
  joint: JointPosterior = jointPosteriorOf(state),
): ResponseCurve {
  const volumes = candidateVolumes(marginalOf(joint)).map((volume) => Math.max(volume, LEAST_BEST_VOLUME));
  let curvature = 0;
  let atOnce = 0;
  let throughStock = 0;
  for (const layer of joint.layers) {
    let mass = 0;
    let pull = 0;
    layer.weights.forEach((weight, i) => {
      mass += weight;
      pull += weight / (volumes[i] ?? LEAST_BEST_VOLUME);
    });
    curvature += layer.curvature * mass;
    atOnce += layer.curvature * effectiveVolume(1, 0, layer.fatigueShare) * pull;
    throughStock += layer.curvature * effectiveVolume(0, 1, layer.fatigueShare) * pull;
  }
  return { curvature, atOnce, throughStock };
}

/** Log revenue, up to the level, of a week at `volume` (above 0) with this stock before it. */
export function logResponse(curve: ResponseCurve, volume: number, stockBefore: number | undefined): number {
  return (
    curve.curvature * Math.log(volume) - curve.atOnce * volume - curve.throughStock * stockAfter(stockBefore, volume)
  );
}
