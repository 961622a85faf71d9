import type { BreakerPolicy } from './breaker-policy.js';

/**
 * How long a breaker stays open: `cooldownMs`, grown by `cooldownFactor` with each reopening in a row up to
 * `cooldownMaxMs`, and shortened by chance by up to the share `cooldownJitter`, so that many breakers which opened
 * together do not try again together. Whole milliseconds, at least one.
 *
 * @param random from 0 to below 1.
 */
export function openMsOf(policy: BreakerPolicy, reopenings: number, random: number): number {
  // A power beyond what a number can hold is infinite, and cut like any other.
  const grownMs = Math.min(policy.cooldownMaxMs, policy.cooldownMs * policy.cooldownFactor ** reopenings);
  return Math.max(1, Math.ceil(grownMs * (1 - policy.cooldownJitter * random)));
}
