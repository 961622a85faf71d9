import { InvalidSettingsError } from '../errors.js';

/** What becomes of guarded calls while the breaker's own database cannot be reached. */
export type StoreDownMode = 'open_through' | 'refuse';

/** The limits of one breaker. */
export interface BreakerPolicy {
  /** Failures in a row that open it. Whole, 1 to 1,000,000. Default 5. */
  readonly failureThreshold: number;
  /** How long it stays open before calls are tried again. 1 ms to 7 days. Default 30,000. */
  readonly cooldownMs: number;
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
  cooldownMs: 30_000,
  successThreshold: 3,
  probeLimit: 1,
  probeTimeoutMs: 10_000,
  onStoreDown: 'open_through',
  flushIntervalMs: 5_000,
};

const DAY_MS = 86_400_000;
const LIMITS = {
  failureThreshold: { max: 1_000_000, isWhole: true },
  cooldownMs: { max: 7 * DAY_MS, isWhole: false },
  successThreshold: { max: 1_000, isWhole: true },
  probeLimit: { max: 1_000, isWhole: true },
  probeTimeoutMs: { max: 3_600_000, isWhole: false },
  flushIntervalMs: { max: 60_000, isWhole: false },
} as const;
const KEYS: ReadonlySet<string> = new Set([...Object.keys(LIMITS), 'onStoreDown', 'isFailure']);

const shown = (given: unknown): string =>
  typeof given === 'number' || typeof given === 'function' ? String(given) : (JSON.stringify(given) ?? 'undefined');

/**
 * The policy of the breaker `name`: what was given, the defaults for the rest.
 *
 * @throws {InvalidSettingsError} for a number out of its range or NaN, for an unknown mode, and for a setting that does
 *   not exist: a misspelt limit must not become the default in silence.
 */
export function breakerPolicy(name: string, given: Partial<BreakerPolicy> = {}): BreakerPolicy {
  assertBreakerName(name);
  const setting = (key: string) => `breakers[${JSON.stringify(name)}].${key}`;
  for (const key of Object.keys(given)) {
    if (!KEYS.has(key)) throw new InvalidSettingsError(setting(key), 'unknown', `one of ${[...KEYS].join(', ')}`);
  }
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const policy: BreakerPolicy = { ...DEFAULT_BREAKER_POLICY, ...stated };
  for (const [key, { max, isWhole }] of Object.entries(LIMITS) as [
    keyof typeof LIMITS,
    { max: number; isWhole: boolean },
  ][]) {
    const value: unknown = policy[key];
    const isAllowed = typeof value === 'number' && value >= 1 && value <= max && (!isWhole || Number.isInteger(value));
    if (!isAllowed) {
      throw new InvalidSettingsError(setting(key), shown(value), `a ${isWhole ? 'whole ' : ''}number from 1 to ${max}`);
    }
  }
  if (policy.onStoreDown !== 'open_through' && policy.onStoreDown !== 'refuse') {
    throw new InvalidSettingsError(setting('onStoreDown'), shown(policy.onStoreDown), `'open_through' or 'refuse'`);
  }
  if (policy.isFailure !== undefined && typeof policy.isFailure !== 'function') {
    throw new InvalidSettingsError(setting('isFailure'), shown(policy.isFailure), 'a function of the error');
  }
  return policy;
}

/** Throws `invalid_settings` unless `name` can name a breaker: a text of 1 to 200 characters that is not blank. */
export function assertBreakerName(name: unknown): asserts name is string {
  if (typeof name === 'string' && name.trim() !== '' && name.length <= 200) return;
  const given = typeof name === 'string' && name.length > 200 ? `${name.length} characters long` : shown(name);
  throw new InvalidSettingsError('breaker name', given, 'a text of 1 to 200 characters that is not blank');
}
