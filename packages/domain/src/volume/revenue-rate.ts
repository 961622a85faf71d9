/**
 * USD that one send earned, whatever its audience. 20 to 300 is usual.
 *
 * The predecessor called this and the rate per recipient by one name and mixed them (predecessor facts, 9.A2), which made its
 * elasticity cap every creator to one send a day. Here the compiler keeps them apart.
 */
export type RevenuePerSendUsd = number & { readonly unit: 'USD per send' };

/** USD that one send earned for each fan who got it. 0.005 to 0.02 is usual. */
export type RevenuePerRecipientUsd = number & { readonly unit: 'USD per recipient' };

/** What `sendCount` sends that earned `earningsUsd` together earned each; 0 without sends. */
export function revenuePerSendUsd(earningsUsd: number, sendCount: number): RevenuePerSendUsd {
  return (sendCount > 0 ? earningsUsd / sendCount : 0) as RevenuePerSendUsd;
}

/** What a send earned for each of the `sentCount` fans who got it; 0 when nobody did. */
export function revenuePerRecipientUsd(earningsUsd: number, sentCount: number): RevenuePerRecipientUsd {
  return (sentCount > 0 ? earningsUsd / sentCount : 0) as RevenuePerRecipientUsd;
}
