import type { LearningState } from './learning-state.js';

/** Low and high end, both included; infinite where nothing can be said. */
export interface EffectRange {
  readonly low: number;
  readonly high: number;
}

const UNKNOWN: EffectRange = { low: -Infinity, high: Infinity };

/** 1 / 0.05: evidence this many times likelier than under a rejected effect comes up by chance in at most 5 % of lives. */
const EVIDENCE_RATIO = 20;

/** The effects looked for: elasticities of about this many standard deviations of weekly noise. */
const EFFECT_SCALE = 2;

/** Below this spread of log volume nothing was tried. */
const LEAST_SPREAD = 1e-9;

/**
 * The elasticity of weekly revenue to volume (by what share revenue grows when volume grows by a small share), as a range
 * that may be looked at every week: the true one is outside it, at any look of all, for at most 5 % of creators.
 *
 * Covers two readings: one in which the creator's level stands still, and one in which it drifts steadily. The first
 * alone would credit growth to volume that was raised meanwhile. The second alone would be misled by those who raise
 * the volume after good weeks.
 */
export function elasticityRange({ effect }: Pick<LearningState, 'effect'>): EffectRange {
  const [yy = 0, yx = 0, yt = 0, xx = 0, xt = 0, tt = 0] = effect.products;
  const steady = elasticityFrom({ yy, yx, xx }, effect.weight - 1);
  if (!(tt > 0)) return UNKNOWN;
  const detrended = { yy: yy - (yt * yt) / tt, yx: yx - (yt * xt) / tt, xx: xx - (xt * xt) / tt };
  const drifting = elasticityFrom(detrended, effect.weight - 2);
  return { low: Math.min(steady.low, drifting.low), high: Math.max(steady.high, drifting.high) };
}

/**
 * Inverts a Bayes factor of the normal linear model, y = level + b x + noise: with b / sd normal about the tested value and
 * the scale-invariant prior on level and sd, the factor has mean 1 at every stopping time if the tested value is true, so
 * that by Ville's inequality it ever reaches 20 with probability 1/20 at most. That holds whatever the volumes follow
 * from, as long as they do not depend on the units of revenue.
 *
 * The factor against b0, with d = b0 - b, is (1 + t xx)^(-1/2) ((rss + xx d^2) / (rss + xx d^2 - c xx^2 d^2))^(f / 2), where
 * t is the squared effect scale, c = t / (1 + t xx) and f the degrees of freedom. It is below 20 for d within the half
 * width computed here.
 */
function elasticityFrom({ yy, yx, xx }: { yy: number; yx: number; xx: number }, freedom: number): EffectRange {
  if (freedom < 2 || xx < LEAST_SPREAD) return UNKNOWN;
  const scale = EFFECT_SCALE * EFFECT_SCALE;
  const ratio = (EVIDENCE_RATIO * Math.sqrt(1 + scale * xx)) ** (2 / freedom);
  const narrowing = (ratio * scale * xx) / (1 + scale * xx) - ratio + 1;
  if (narrowing <= 0) return UNKNOWN;
  const unexplained = Math.max(0, yy - (yx * yx) / xx);
  const halfWidth = Math.sqrt(((ratio - 1) * unexplained) / (xx * narrowing));
  return { low: yx / xx - halfWidth, high: yx / xx + halfWidth };
}
