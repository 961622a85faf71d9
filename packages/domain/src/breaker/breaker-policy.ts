import { InvalidSettingsError } from '../errors.js';
import { assertStorableText } from '../storable-text.js';
import { assertNumber, shown, type NumberLimits } from './number-setting.js';
import { assertRateRule, assertSlowCallRule } from './rate-rule-settings.js';
import type { RateRule, SlowCallRule } from './trip-rules.js';

/** What becomes of guarded calls while the breaker's own database cannot be reached. */
export type StoreDownMode = 'open_through' | 'refuse';

/** The limits of one breaker. */
export interface BreakerPolicy {
  /** Failures in a row that open it. Whole, 1 to 1,000,000. Default 5. */
  readonly failureThreshold: number;
  /** Opens at a share of failures among the calls that one process has seen lately. Default: no such rule. */
  readonly failureRate?: RateRule;
  /** Opens at a share of slow calls likewise; a slow trial call then counts as a failure. Default: no such rule. */
  readonly slowCalls?: SlowCallRule;
  /**
   * How many processes must find by their own calls that it should open. Whole, 1 to 1,000. Above 1, a process that finds
   * so alone opens it for itself only. Default 1.
   */
  readonly quorum: number;
  /** The processes of a quorum must find so within this time. 1 ms to 1 day. Default 60,000. */
  readonly quorumWindowMs: number;
  /** How long it stays open before calls are tried again. 1 ms to 7 days. Default 30,000. */
  readonly cooldownMs: number;
  /** By how much the open time grows with each reopening in a row; closing begins anew. 1 to 100. Default 1: it stays. */
  readonly cooldownFactor: number;
  /** What the open time grows to at most. `cooldownMs` to 7 days. Default 1 hour, or `cooldownMs` if that is longer. */
  readonly cooldownMaxMs: number;
  /** The share of the open time that chance may take off, so that not all try again together. 0 to 1. Default 0. */
  readonly cooldownJitter: number;
  /** Successes in a row that close it from half-open. Whole, 1 to 1,000. Default 3. */
  readonly successThreshold: number;
  /** How many trial calls may be out at the same time, over all processes. Whole, 1 to 1,000. Default 1. */
  readonly probeLimit: number;
  /** How long a trial call may take. At its end it is aborted and its result is late. 1 ms to 1 hour. Default 10,000. */
  readonly probeTimeoutMs: number;
  /**
   * With its database unreachable a breaker goes on by what this process sees: `open_through`, the default, lets calls
   * out and opens on the process's own failures; `refuse` lets none out.
   */
  readonly onStoreDown: StoreDownMode;
  /** Successes reach the database at most once in this time. 1 ms to 1 minute. Default 5,000. */
  readonly flushIntervalMs: number;
  /** Whether an error counts against the dependency. `false` makes it neither success nor failure. Default: all do. */
  readonly isFailure?: (error: unknown) => boolean;
}

/** Source of the first three numbers: predecessor facts 5.2; of the others: spec, section 4. */
export const DEFAULT_BREAKER_POLICY: BreakerPolicy = {
  failureThreshold: 5,
  quorum: 1,
  quorumWindowMs: 60_000,
  cooldownMs: 30_000,
  cooldownFactor: 1,
  cooldownMaxMs: 3_600_000,
  cooldownJitter: 0,
  successThreshold: 3,
  probeLimit: 1,
  probeTimeoutMs: 10_000,
  onStoreDown: 'open_through',
  flushIntervalMs: 5_000,
};

const DAY_MS = 86_400_000;
const LIMITS = {
  failureThreshold: { min: 1, max: 1_000_000, isWhole: true },
  quorum: { min: 1, max: 1_000, isWhole: true },
  quorumWindowMs: { min: 1, max: DAY_MS, isWhole: false },
  cooldownMs: { min: 1, max: 7 * DAY_MS, isWhole: false },
  cooldownFactor: { min: 1, max: 100, isWhole: false },
  cooldownMaxMs: { min: 1, max: 7 * DAY_MS, isWhole: false },
  cooldownJitter: { min: 0, max: 1, isWhole: false },
  successThreshold: { min: 1, max: 1_000, isWhole: true },
  probeLimit: { min: 1, max: 1_000, isWhole: true },
  probeTimeoutMs: { min: 1, max: 3_600_000, isWhole: false },
  flushIntervalMs: { min: 1, max: 60_000, isWhole: false },
} as const satisfies Partial<Record<keyof BreakerPolicy, NumberLimits>>;
const KEYS: ReadonlySet<string> = new Set([
  ...Object.keys(LIMITS),
  'failureRate',
  'slowCalls',
  'onStoreDown',
  'isFailure',
]);

/**
 * The policy of the breaker `name`: what was given, the defaults for the rest.
 *
 * @throws {InvalidSettingsError} for a number out of its range or NaN, for an unknown mode, and for a setting that does
 *   not exist: a misspelt limit must not become the default in silence.
 */
export function breakerPolicy(name: string, given: Partial<BreakerPolicy> = {}): BreakerPolicy {
  assertBreakerName(name);
  const setting = (key: string) => `breakers[${JSON.stringify(name)}].${key}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidSettingsError(`breakers[${JSON.stringify(name)}]`, shown(given), 'an object of its settings');
  }
  for (const key of Object.keys(given)) {
    if (!KEYS.has(key)) throw new InvalidSettingsError(setting(key), 'unknown', `one of ${[...KEYS].join(', ')}`);
  }
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const filled: BreakerPolicy = { ...DEFAULT_BREAKER_POLICY, ...stated };
  const cooldownMaxMs = given.cooldownMaxMs ?? Math.max(filled.cooldownMaxMs, filled.cooldownMs);
  const policy: BreakerPolicy = { ...filled, cooldownMaxMs };
  for (const [key, limits] of Object.entries(LIMITS) as [keyof typeof LIMITS, NumberLimits][]) {
    assertNumber(setting(key), policy[key], limits);
  }
  if (policy.cooldownMaxMs < policy.cooldownMs) {
    throw new InvalidSettingsError(setting('cooldownMaxMs'), shown(policy.cooldownMaxMs), 'at least cooldownMs');
  }
  if (policy.failureRate !== undefined) assertRateRule(setting('failureRate'), policy.failureRate);
  if (policy.slowCalls !== undefined) assertSlowCallRule(setting('slowCalls'), policy.slowCalls);
  if (policy.onStoreDown !== 'open_through' && policy.onStoreDown !== 'refuse') {
    throw new InvalidSettingsError(setting('onStoreDown'), shown(policy.onStoreDown), `'open_through' or 'refuse'`);
  }
  if (policy.isFailure !== undefined && typeof policy.isFailure !== 'function') {
    throw new InvalidSettingsError(setting('isFailure'), shown(policy.isFailure), 'a function of the error');
  }
  return policy;
}

/** Throws `invalid_settings` unless `name` can name a breaker: a text of 1 to 200 characters that every database can store. */
export function assertBreakerName(name: unknown): asserts name is string {
  assertStorableText('breaker name', name, 200);
}
