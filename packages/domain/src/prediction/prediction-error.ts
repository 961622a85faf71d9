/**
 * How far the actual figure was off: (actual - predicted) / predicted * 100. Positive: more came than was predicted. null
 * when 0 was predicted, since no percentage of 0 says anything (spec, section 8; never 0, as the predecessor had it).
 */
export function revenuePredictionErrorPct(actualUsd: number, predictedUsd: number): number | null {
  return errorPct(actualUsd, predictedUsd);
}

/** The same of the number of messages sent. */
export function volumePredictionErrorPct(actualMessages: number, predictedMessages: number): number | null {
  return errorPct(actualMessages, predictedMessages);
}

const errorPct = (actual: number, predicted: number): number | null =>
  predicted === 0 ? null : ((actual - predicted) / predicted) * 100;
