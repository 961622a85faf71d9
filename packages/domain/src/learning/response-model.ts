/**
 * How a creator's weekly revenue answers to volume, as far as anybody knows before looking:
 *
 *     log(1 + R) = a + k (log v - u / v*) + noise        u = w v + (1 - w) F        F' = L F + (1 - L) v
 *
 * v is revenue sends a day, R the week's revenue in USD, v* the best constant volume (where d log R / d log v = k (1 - v/v*)
 * is 0), k how sharply revenue bends, F the fatigue stock (volume, remembered), w the share of fatigue that is felt at
 * once, a the creator's level. One dollar is added so that a week without income has a logarithm; where revenue is
 * counted in hundreds it changes nothing.
 *
 * The form is the Ricker curve with geometric carry-over: total revenue rises, peaks at v*, and falls. It is fitted within
 * one creator only: across creators volume follows size, and slopes come out many times too steep.
 */

/** The curvatures k that are weighed against each other, equally likely beforehand. */
export const CURVATURES: readonly number[] = [0.5, 1, 1.5];

/** The shares w of fatigue felt within the week; equally likely beforehand. The rest comes through the stock. */
export const FATIGUE_SHARES: readonly number[] = [1, 0.7, 0.4];

/** L: how much of the fatigue stock is left after a week. Half of it is gone after 2.4 weeks. */
export const STOCK_KEPT_PER_WEEK = 0.75;

/** What a week of evidence is worth a week later, since pages change. Half is left after 34 weeks. */
export const DISCOUNT_PER_WEEK = 0.98;

/** Distance between neighbouring candidates for v*, sends a day. A power of two, so that the grid is exact in binary. */
export const GRID_STEP = 0.25;

/** How far candidates for v* reach to either side of the volume at which the evidence begins, sends a day. */
export const GRID_REACH = 8;

/** Candidates below this act like it: "best is to send next to nothing". Keeps the grid symmetric about low volumes. */
export const LEAST_BEST_VOLUME = 0.5;

/**
 * The spread of the prior over v* beforehand, sends a day: a bell about the volume at which the evidence begins, as wide as
 * three fifths of it, at least 1.5.
 */
export function priorSpread(beginsAtVolume: number): number {
  return Math.max(1.5, 0.6 * beginsAtVolume);
}

/** Inverse-gamma prior of the noise variance (log scale): its shape, worth twice that many weeks, and its mean. */
export const NOISE_PRIOR = { shape: 2, meanVariance: 0.12 } as const;

/** What is held fixed when one asks for the posterior under known circumstances. */
export interface ResponseShape {
  /** k, above 0. */
  readonly curvature: number;
  /** w, above 0 and at most 1. */
  readonly fatigueShare: number;
  /** Standard deviation of the noise on the log scale, above 0. */
  readonly noise: number;
}

/** u: the volume that fatigue feels. `stock` already includes this week. */
export function effectiveVolume(volume: number, stock: number, fatigueShare: number): number {
  return fatigueShare * volume + (1 - fatigueShare) * stock;
}

/** The fatigue stock after a week at this volume. Before the first week the page is taken to be used to its volume. */
export function stockAfter(stock: number | undefined, volume: number): number {
  return stock === undefined ? volume : STOCK_KEPT_PER_WEEK * stock + (1 - STOCK_KEPT_PER_WEEK) * volume;
}

/** The volume rounded to 1/1024 send a day, so that distances on the grid are exact and mirror each other bit for bit. */
export function onVolumeGrid(volume: number): number {
  return Math.round(volume * 1024) / 1024;
}
