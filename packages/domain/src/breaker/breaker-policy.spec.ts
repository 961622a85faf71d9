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
  ])('refuses %s', (_, given) => {
    expect(() => breakerPolicy('x', given)).toThrow(InvalidSettingsError);
  });

  it.each([[''], ['  '], ['x'.repeat(201)], [undefined], [7]])('refuses the name %p', (name) => {
    expect(() => breakerPolicy(name as string)).toThrow(InvalidSettingsError);
  });

  it('allows a name of 200 characters', () => {
    expect(() => breakerPolicy('x'.repeat(200))).not.toThrow();
  });
});
