/**
 * How far the scores of so many sends are to be believed, 0..1. The count is that of the largest horizon.
 *
 * Source: predecessor facts, 2.5.
 */
export function confidenceOf(sendCount: number): number {
  if (sendCount >= 200) return 1;
  if (sendCount >= 100) return 0.8;
  if (sendCount >= 50) return 0.6;
  return sendCount >= 20 ? 0.4 : 0.2;
}

/**
 * A multiplier moved towards 1 as confidence falls. At every confidence: the predecessor left those of 0.6 and more as
 * they were, a cliff at 50 messages (predecessor facts, 2.5 and 9.A10).
 */
export function dampened(multiplier: number, confidence: number): number {
  return 1 + (multiplier - 1) * confidence;
}
