/** A week's revenue sends and what they earned. */
export interface SendsAndRevenue {
  readonly sends: number;
  readonly revenueUsd: number;
}

/**
 * The forecast that anybody can make, and that ours has to beat: last week's revenue per send, times the sends that went
 * out. Undefined when last week had none.
 */
export function naiveForecastUsd(lastWeek: SendsAndRevenue, sendsSent: number): number | undefined {
  return lastWeek.sends === 0 ? undefined : (lastWeek.revenueUsd / lastWeek.sends) * sendsSent;
}
