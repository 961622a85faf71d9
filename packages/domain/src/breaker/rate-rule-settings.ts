import { InvalidSettingsError } from '../errors.js';
import { assertNumber, shown } from './number-setting.js';
import type { RateRule, SlowCallRule } from './trip-rules.js';

const MAX_CALLS = 100_000;
const DAY_MS = 86_400_000;
const SHORTEST_WINDOW_MS = 100;

export function assertRateRule(setting: string, rule: RateRule, more: readonly string[] = []): void {
  assertKeys(setting, rule, ['threshold', 'over', 'minimumCalls', ...more]);
  const { threshold, over, minimumCalls } = rule;
  const isShare = typeof threshold === 'number' && threshold > 0 && threshold <= 1;
  if (!isShare) {
    throw new InvalidSettingsError(`${setting}.threshold`, shown(threshold), 'a share above 0, at most 1');
  }
  assertKeys(`${setting}.over`, over, ['calls', 'ms']);
  if (Object.keys(over).length !== 1) {
    throw new InvalidSettingsError(`${setting}.over`, shown(over), '{ calls } or { ms }');
  }
  if ('calls' in over) assertNumber(`${setting}.over.calls`, over.calls, { min: 1, max: MAX_CALLS, isWhole: true });
  else assertNumber(`${setting}.over.ms`, over.ms, { min: SHORTEST_WINDOW_MS, max: DAY_MS, isWhole: false });
  // A window of 10 calls never holds 11: such a rule would never open.
  const max = 'calls' in over ? over.calls : MAX_CALLS;
  if (minimumCalls !== undefined) assertNumber(`${setting}.minimumCalls`, minimumCalls, { min: 1, max, isWhole: true });
}

export function assertSlowCallRule(setting: string, rule: SlowCallRule): void {
  assertRateRule(setting, rule, ['slowMs']);
  assertNumber(`${setting}.slowMs`, rule.slowMs, { min: 1, max: 3_600_000, isWhole: false });
}

function assertKeys(setting: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw new InvalidSettingsError(setting, shown(given), `an object of ${known.join(', ')}`);
  }
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown) throw new InvalidSettingsError(`${setting}.${unknown}`, 'unknown', `one of ${known.join(', ')}`);
}
