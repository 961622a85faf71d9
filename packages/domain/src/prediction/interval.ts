/** Lowest and highest weekly revenue with 80 % between them. */
export interface RevenueInterval {
  readonly lowUsd: number;
  readonly highUsd: number;
}

/** The 90 % point of the normal distribution: 10 % lie above it, 10 % below its mirror. */
const NORMAL_90 = 1.2815515655446004;

/** Above this variation the approximation would put the 90 % point below the mean; such revenue is zero in most weeks. */
const MOST_VARIATION = 3;

/**
 * The 80 % interval of a revenue with this mean and coefficient of variation, as a gamma distribution has it (never
 * below 0, skewed to the right), by Wilson and Hilferty's cube. Always holds the mean.
 */
export function intervalAbout(meanUsd: number, variation: number): RevenueInterval {
  const ninth = Math.min(variation, MOST_VARIATION) ** 2 / 9;
  const quantile = (normal: number): number => meanUsd * Math.max(0, 1 - ninth + normal * Math.sqrt(ninth)) ** 3;
  return { lowUsd: quantile(-NORMAL_90), highUsd: quantile(NORMAL_90) };
}

/** The interval carried over to another point: its ends keep their ratio to what was predicted. */
export function scaledInterval(interval: RevenueInterval, fromUsd: number, toUsd: number): RevenueInterval {
  if (fromUsd === 0) return interval;
  return { lowUsd: (interval.lowUsd / fromUsd) * toUsd, highUsd: (interval.highUsd / fromUsd) * toUsd };
}
