/**
 * Weighted means and centred sums of products of some quantities: enough to fit whatever is linear in them, and no larger
 * after a year than after a week.
 */
export interface Moments {
  /** Observations, each worth its discount. */
  readonly weight: number;
  readonly means: readonly number[];
  /** Sums of (a - mean a)(b - mean b) for a <= b, row by row; of two quantities: aa ab bb. */
  readonly products: readonly number[];
}

/** Nothing observed yet of that many quantities. */
export function noMoments(quantities: number): Moments {
  const pairs = (quantities * (quantities + 1)) / 2;
  return { weight: 0, means: new Array<number>(quantities).fill(0), products: new Array<number>(pairs).fill(0) };
}

/** The same evidence, worth `factor` of what it was. */
export function discounted(moments: Moments, factor: number): Moments {
  return { ...moments, weight: moments.weight * factor, products: moments.products.map((product) => product * factor) };
}

/** The evidence with one more observation of weight 1, by Welford's update: stable where sums of squares would cancel. */
export function withObservation(moments: Moments, observed: readonly number[]): Moments {
  const weight = moments.weight + 1;
  const gaps = observed.map((value, i) => value - (moments.means[i] ?? 0));
  const share = moments.weight / weight;
  const products: number[] = [];
  for (let i = 0; i < gaps.length; i++) {
    for (let j = i; j < gaps.length; j++) {
      products.push((moments.products[products.length] ?? 0) + (gaps[i] ?? 0) * (gaps[j] ?? 0) * share);
    }
  }
  return { weight, means: moments.means.map((mean, i) => mean + (gaps[i] ?? 0) / weight), products };
}
