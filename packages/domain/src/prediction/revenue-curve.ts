/** Weekly revenue at so many revenue sends a day. */
export interface CurvePoint {
  readonly volume: number;
  readonly revenueUsd: number;
}

/** Weekly revenue by revenue sends a day, by rising volume from 0. Kept with a prediction as a JSON array. */
export type RevenueCurve = readonly CurvePoint[];

/** The volumes that a curve is drawn at: beyond the highest planned volume, so that weeks really sent stay on it. */
const CURVE_END = 12;
const CURVE_STEP = 0.5;

/** Draws a curve through `revenueAt`, which is asked for volumes above 0; no sends earn nothing. Amounts are in whole cents. */
export function drawCurve(revenueAt: (volume: number) => number): RevenueCurve {
  return Array.from({ length: CURVE_END / CURVE_STEP + 1 }, (_, i) => {
    const volume = i * CURVE_STEP;
    return { volume, revenueUsd: volume === 0 ? 0 : Math.round(revenueAt(volume) * 100) / 100 };
  });
}

/**
 * Weekly revenue at this volume, straight lines between the points. Beyond the last point it is that of the last: nobody has
 * seen such weeks. Undefined for a curve without points.
 */
export function readCurve(curve: RevenueCurve, volume: number): number | undefined {
  const next = curve.findIndex((point) => point.volume >= volume);
  if (next === -1) return curve[curve.length - 1]?.revenueUsd;
  const high = curve[next];
  const low = curve[next - 1];
  if (!high || !low) return high?.revenueUsd;
  const share = (volume - low.volume) / (high.volume - low.volume);
  return low.revenueUsd + share * (high.revenueUsd - low.revenueUsd);
}
