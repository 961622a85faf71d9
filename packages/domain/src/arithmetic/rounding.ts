/**
 * Rounds a count half up: 2.5 -> 3, -2.5 -> -2. The only rounding of counts in the engine; a value that is a half but for
 * binary noise (2.4999999999999996) counts as a half.
 */
export function roundHalfUp(value: number): number {
  return Math.floor(value + 0.5 + 1e-9);
}

/** `value`, or the nearer end of [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/**
 * Distributes `total` whole units over parts in proportion to their weights, by the largest remainder: the sum is exact.
 * Ties go to the earlier part. Weights must not be negative; with all weights 0 the parts are equal.
 */
export function distribute(total: number, weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (total * (sum > 0 ? weight : 1)) / (sum > 0 ? sum : weights.length));
  const parts = exact.map(Math.floor);
  const missing = total - parts.reduce((a, b) => a + b, 0);
  exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
    .slice(0, missing)
    .forEach(({ index }) => (parts[index] = (parts[index] ?? 0) + 1));
  return parts;
}
