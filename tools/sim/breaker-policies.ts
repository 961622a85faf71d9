import { breakerPolicy, type BreakerPolicy } from '@eros/domain';
import type { Chance } from './chance.js';

/** What clients call behind a breaker. */
export const DEPENDENCIES = ['dependency-1', 'dependency-2'] as const;

/** Draws how the breakers of a world open and close: one of them by a run of failures, the other by any rules. */
export function drawPolicies(chance: Chance): ReadonlyMap<string, BreakerPolicy> {
  const [first, second] = DEPENDENCIES;
  const plain = drawPlain(chance);
  return new Map([
    [first, breakerPolicy(first, plain)],
    [second, breakerPolicy(second, { ...plain, ...drawRules(chance) })],
  ]);
}

const drawPlain = (chance: Chance): Partial<BreakerPolicy> => ({
  failureThreshold: chance.between(2, 4),
  cooldownMs: chance.pick([500, 1_500]),
  successThreshold: chance.between(1, 2),
  probeLimit: chance.between(1, 2),
  probeTimeoutMs: 1_000,
  flushIntervalMs: 1_000,
  onStoreDown: chance.pick(['open_through', 'refuse'] as const),
});

function drawRules(chance: Chance): Partial<BreakerPolicy> {
  const over = () => (chance.happens(0.5) ? { calls: chance.between(3, 8) } : { ms: chance.between(500, 3_000) });
  const minimumCalls = chance.between(2, 3);
  return {
    ...(chance.happens(0.4) ? { failureRate: { threshold: 0.5, over: over(), minimumCalls } } : {}),
    ...(chance.happens(0.4) ? { slowCalls: { threshold: 0.5, over: over(), minimumCalls, slowMs: 400 } } : {}),
    ...(chance.happens(0.4) ? { quorum: 2, quorumWindowMs: chance.pick([1_000, 5_000]) } : {}),
    ...(chance.happens(0.5) ? { cooldownFactor: 2, cooldownMaxMs: 4_000, cooldownJitter: 0.3 } : {}),
  };
}
