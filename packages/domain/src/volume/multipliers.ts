import { clamp, roundHalfUp } from '../arithmetic/index.js';
import type { PageType } from '../creators/index.js';
import { withinBounds } from './base-volume.js';
import type { DailyVolume } from './base-volume.js';
import { dampened } from './confidence.js';
import type { Scores } from './saturation-opportunity.js';

/** Source of the points: predecessor facts, 2.3. Between them the multiplier runs in a straight line. */
export function saturationMultiplier(saturation: number): number {
  return 1 - 0.1 * progress(saturation, 30, 50) - 0.2 * progress(saturation, 50, 70);
}

/**
 * 1 up to an opportunity of 50, then in a straight line to 1.2 at 70, and from there on 1.2. The gain fades out in a
 * straight line while saturation goes from 30 to 50: a tired audience gets no more, whatever the opportunity.
 *
 * The ends are those of the predecessor's code, which jumped between them (1.1 to 1.2 at 70, 1.2 to 1.0 at saturation 50:
 * predecessor facts, 2.3), so that a hair of a score moved a fifth of the volume. The points in its settings file (1.1 at 50,
 * 1.2 at 70), which it never used, are not taken: 50 is neutral, and neutral must not send more.
 */
export function opportunityMultiplier({ opportunity, saturation }: Scores): number {
  return 1 + 0.2 * progress(opportunity, 50, 70) * (1 - progress(saturation, 30, 50));
}

/** One send a day less when the revenue rate fell by more than 15 %, one more when it rose by more than that. */
export function trendStep(revenueTrendPct: number): number {
  return Number(revenueTrendPct > 15 + 1e-9) - Number(revenueTrendPct < -15 - 1e-9);
}

/**
 * The base volume after the scores: saturation acts on every category, opportunity not on retention, the trend only on
 * revenue, after rounding. Inside the bounds.
 *
 * @param confidence 0..1: how far the two multipliers act. The trend is kept whole; the predecessor lost it below 0.6
 *   (predecessor facts, 9.A10).
 */
export function scaledVolume(
  base: DailyVolume,
  scores: Scores & { readonly revenueTrendPct: number },
  { pageType, confidence }: { readonly pageType: PageType; readonly confidence: number },
): DailyVolume {
  const bySaturation = dampened(saturationMultiplier(scores.saturation), confidence);
  const byOpportunity = dampened(opportunityMultiplier(scores), confidence);
  const scaled = {
    revenue: roundHalfUp(base.revenue * bySaturation * byOpportunity) + trendStep(scores.revenueTrendPct),
    engagement: roundHalfUp(base.engagement * bySaturation * byOpportunity),
    retention: roundHalfUp(base.retention * bySaturation),
  };
  return withinBounds(scaled, pageType);
}

/** How far `value` is on the way from `from` to `to`, 0..1. */
function progress(value: number, from: number, to: number): number {
  return clamp((value - from) / (to - from), 0, 1);
}
