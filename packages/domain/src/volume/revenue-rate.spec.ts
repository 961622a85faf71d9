import { revenuePerRecipientUsd, revenuePerSendUsd } from './revenue-rate.js';
import type { RevenuePerSendUsd } from './revenue-rate.js';

it('tells the two rates apart, also for the compiler', () => {
  // One page of predecessor facts 10.1: 512 PPVs, 87,656 USD.
  expect(revenuePerSendUsd(87_656, 512)).toBeCloseTo(171.2, 1);
  expect(revenuePerRecipientUsd(145.2, 11_000)).toBeCloseTo(0.0132, 4);
  // @ts-expect-error a rate per recipient is not a rate per send
  const mixedUp: RevenuePerSendUsd = revenuePerRecipientUsd(145.2, 11_000);
  expect(mixedUp).toBeLessThan(1);
});

it('is 0, not NaN, where nothing was sent', () => {
  expect(revenuePerSendUsd(0, 0)).toBe(0);
  expect(revenuePerRecipientUsd(12, 0)).toBe(0);
});
