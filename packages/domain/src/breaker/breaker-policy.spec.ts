import { InvalidSettingsError } from '../errors.js';
import { breakerPolicy, DEFAULT_BREAKER_POLICY } from './breaker-policy.js';

describe('a breaker policy', () => {
  it('is the default where nothing is given', () => {
    expect(breakerPolicy('x')).toEqual(DEFAULT_BREAKER_POLICY);
    expect(breakerPolicy('x', { cooldownMs: 1, failureThreshold: 1 })).toEqual({
      ...DEFAULT_BREAKER_POLICY,
      cooldownMs: 1,
      failureThreshold: 1,
    });
  });

  it('keeps an explicit value apart from a missing one', () => {
    const given: object = { cooldownMs: undefined };
    expect(breakerPolicy('x', given).cooldownMs).toBe(30_000);
    expect(() => breakerPolicy('x', { cooldownMs: 0 })).toThrow('breakers["x"].cooldownMs is 0');
  });

  it('takes rate rules as they are', () => {
    const rules = {
      failureRate: { threshold: 1, over: { calls: 1 } },
      slowCalls: { slowMs: 1, threshold: 0.01, over: { ms: 100 }, minimumCalls: 1 },
    };
    expect(breakerPolicy('x', rules)).toMatchObject(rules);
  });

  it('caps a growing open time at an hour, or at its own length', () => {
    expect(breakerPolicy('x', { cooldownFactor: 2 }).cooldownMaxMs).toBe(3_600_000);
    expect(breakerPolicy('x', { cooldownMs: 7_200_000 }).cooldownMaxMs).toBe(7_200_000);
    expect(breakerPolicy('x', { cooldownMs: 10, cooldownMaxMs: 10 }).cooldownMaxMs).toBe(10);
  });

  it.each<[string, object]>([
    ['NaN', { failureThreshold: NaN }],
    ['zero', { failureThreshold: 0 }],
    ['a fraction', { failureThreshold: 2.5 }],
    ['a text', { failureThreshold: '5' }],
    ['infinity', { cooldownMs: Infinity }],
    ['a negative time', { cooldownMs: -1 }],
    ['over 7 days', { cooldownMs: 7 * 86_400_000 + 1 }],
    ['no successes', { successThreshold: 0 }],
    ['no probes', { probeLimit: 0 }],
    ['a probe of over an hour', { probeTimeoutMs: 3_600_001 }],
    ['a flush after more than a minute', { flushIntervalMs: 60_001 }],
    ['an unknown mode', { onStoreDown: 'panic' }],
    ['a misspelt limit', { failureTreshold: 5 }],
    ['a classifier that is none', { isFailure: true }],
    ['a quorum of nobody', { quorum: 0 }],
    ['half a process', { quorum: 1.5 }],
    ['a quorum within no time', { quorumWindowMs: 0 }],
    ['a shrinking open time', { cooldownFactor: 0.5 }],
    ['an endless factor', { cooldownFactor: Infinity }],
    ['an open time that shrinks at once', { cooldownMs: 2_000, cooldownMaxMs: 1_999 }],
    ['a jitter above all of it', { cooldownJitter: 1.01 }],
    ['a negative jitter', { cooldownJitter: -0.1 }],
    ['a rate that is no rule', { failureRate: 0.5 }],
    ['a rate of nothing', { failureRate: { threshold: 0, over: { calls: 10 } } }],
    ['a rate above all', { failureRate: { threshold: 1.1, over: { calls: 10 } } }],
    ['a rate that is NaN', { failureRate: { threshold: NaN, over: { calls: 10 } } }],
    ['a rate without a window', { failureRate: { threshold: 0.5 } }],
    ['a rate over two windows', { failureRate: { threshold: 0.5, over: { calls: 10, ms: 1_000 } } }],
    ['a window of nothing', { failureRate: { threshold: 0.5, over: {} } }],
    ['a window of no calls', { failureRate: { threshold: 0.5, over: { calls: 0 } } }],
    ['a window of a moment', { failureRate: { threshold: 0.5, over: { ms: 99 } } }],
    ['more calls than the window holds', { failureRate: { threshold: 0.5, over: { calls: 10 }, minimumCalls: 11 } }],
    ['a misspelt part', { failureRate: { threshold: 0.5, over: { calls: 10 }, minimum: 5 } }],
    ['slowness of no length', { slowCalls: { threshold: 0.5, over: { calls: 10 } } }],
    ['slowness of no time', { slowCalls: { slowMs: 0, threshold: 0.5, over: { calls: 10 } } }],
  ])('refuses %s', (_, given) => {
    expect(() => breakerPolicy('x', given)).toThrow(InvalidSettingsError);
  });

  it.each([[''], ['  '], ['x'.repeat(201)], ['a\0b'], ['\ud800'], [undefined], [7]])('refuses the name %p', (name) => {
    expect(() => breakerPolicy(name as string)).toThrow(InvalidSettingsError);
  });

  it('allows a name of 200 characters', () => {
    expect(() => breakerPolicy('x'.repeat(200))).not.toThrow();
  });
});
