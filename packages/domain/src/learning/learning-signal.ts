import { clamp } from '../arithmetic/index.js';
import { candidateVolumes, type Posterior } from './posterior.js';
import { onVolumeGrid } from './response-model.js';

/** Volumes closer than this to the best one are as good as it: half a send a day. */
const DEAD_BAND = 0.5;

/**
 * Where the best volume lies from here: P(v* > v + 1/2) - P(v* < v - 1/2), in [-1, 1]. Positive: more sends would pay.
 * 0 both when nothing is known and when v is known to be right; `learningConfidence` tells the two apart. It already is as small
 * as the evidence is weak: never multiply it by the confidence.
 *
 * Reversing the grid about v negates it exactly: both sums run from the outer end inwards. `volume` counts in steps of
 * 1/1024 send a day.
 *
 * Source: spec, section 9. Bands as in the schema reference: beyond 0.5 is a strong signal.
 */
export function learningSignal(posterior: Posterior, volume: number): number {
  const here = onVolumeGrid(volume);
  const distances = candidateVolumes(posterior).map((candidate) => candidate - here);
  let above = 0;
  for (let i = distances.length - 1; (distances[i] ?? 0) > DEAD_BAND; i--) above += posterior.weights[i] ?? 0;
  let below = 0;
  for (let i = 0; (distances[i] ?? 0) < -DEAD_BAND; i++) below += posterior.weights[i] ?? 0;
  return clamp(above - below, -1, 1);
}

/**
 * How far the posterior has contracted against the prior, 0..1: 1 - variance / prior variance. 0 without evidence, and when
 * the evidence has only made the best volume more doubtful.
 */
export function learningConfidence(posterior: Posterior, prior: Posterior): number {
  return clamp(1 - varianceOf(posterior) / varianceOf(prior), 0, 1);
}

/** The mean of v*, sends a day. */
export function meanBestVolume(posterior: Posterior): number {
  return candidateVolumes(posterior).reduce((sum, candidate, i) => sum + candidate * (posterior.weights[i] ?? 0), 0);
}

function varianceOf(posterior: Posterior): number {
  const mean = meanBestVolume(posterior);
  return candidateVolumes(posterior).reduce(
    (sum, candidate, i) => sum + (candidate - mean) ** 2 * (posterior.weights[i] ?? 0),
    0,
  );
}
