import { hash } from 'node:crypto';
import { loadRe2Engine } from '@eros/adapters';
import {
  assertBreakerName,
  assertPlanSettings,
  assertStorableText,
  breakerPolicy,
  DEFAULT_PLAN_SETTINGS,
  InvalidSettingsError,
  isStorableInstant,
  type PlanSettings,
} from '@eros/domain';
import { Captions } from './captions.js';
import { assertDatabase } from './database-option.js';
import { assertFunctions, assertMs, assertNames, assertOneOf, fieldOf, shown } from './option-checks.js';
import type { ErosOptions } from './options.js';
import { sagaSettings, type SagaSettings } from './sagas/settings.js';
import { assertWorkers } from './workers-option.js';

export const DEFAULT_LEASE_MS = 8_000;
export const DEFAULT_TRANSACTION_TIMEOUT_MS = 2_000;
const LONGEST_LEASE_MS = 3_600_000;
/** Every option there is. */
const OPTIONS = {
  ...{ database: 1, migrate: 1, clock: 1, node: 1, logger: 1, modules: 1, breakers: 1, captions: 1 },
  ...{ workers: 1, planning: 1, leaseMs: 1, sagas: 1, transactionTimeoutMs: 1 },
} satisfies Record<keyof ErosOptions, 1>;

/**
 * Throws for every option that cannot be, before anything is opened: no file is made by a call that is refused.
 *
 * @throws {InvalidSettingsError}
 * @throws {InvalidPackError} for a rule pack that is none.
 */
export async function assertOptions(options: ErosOptions): Promise<void> {
  assertNames('options', options, Object.keys(OPTIONS));
  assertDatabase(options.database);
  assertOneOf('migrate', options.migrate, ['auto', 'verify', 'off']);
  assertSurroundings(options);
  if (options.node !== undefined) assertStorableText('node', options.node);
  leaseMsOf(options);
  transactionTimeoutMsOf(options);
  sagaSettingsOf(options);
  planSettingsOf(options);
  assertWorkers(options);
  assertNames('breakers', options.breakers);
  for (const [name, policy] of Object.entries(options.breakers ?? {})) {
    assertBreakerName(name);
    breakerPolicy(name, policy);
  }
  assertNames('captions', options.captions, ['packs']);
  assertList('captions.packs', options.captions?.packs);
  if (options.captions) await Captions.open(options.captions, { sha256, loadPatternEngine: loadRe2Engine });
}

/** What comes from the host's own code. */
function assertSurroundings({ clock, logger, modules }: ErosOptions): void {
  assertFunctions('clock', clock, ['nowMs']);
  const nowMs = clock?.nowMs();
  if (nowMs !== undefined && !isStorableInstant(nowMs)) {
    throw new InvalidSettingsError('clock.nowMs()', shown(nowMs), 'milliseconds since 1970, of the years 100 to 9999');
  }
  assertFunctions('logger', logger, ['debug', 'info', 'warn', 'error']);
  assertList('modules', modules);
  for (const each of modules ?? []) {
    if (typeof fieldOf(each, 'load') !== 'function') {
      throw new InvalidSettingsError('modules', `a list with ${shown(each)}`, 'ContainerModules of inversify');
    }
  }
}

/** `undefined` is nothing given. */
function assertList(setting: string, given: unknown): void {
  if (given === undefined || Array.isArray(given)) return;
  throw new InvalidSettingsError(setting, shown(given), 'a list');
}

export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** How long a killed process holds what it was working on. */
export function leaseMsOf({ leaseMs = DEFAULT_LEASE_MS }: Pick<ErosOptions, 'leaseMs'>): number {
  assertMs('leaseMs', leaseMs, 100, LONGEST_LEASE_MS);
  return leaseMs;
}

/** The limit of transactions handed to user code. Under a third of the lease, so that no lease ends behind one. */
export function transactionTimeoutMsOf(options: Pick<ErosOptions, 'leaseMs' | 'transactionTimeoutMs'>): number {
  const longestMs = Math.ceil(leaseMsOf(options) / 3) - 1;
  const { transactionTimeoutMs: timeoutMs = Math.min(DEFAULT_TRANSACTION_TIMEOUT_MS, longestMs) } = options;
  assertMs('transactionTimeoutMs', timeoutMs, 1, longestMs, ', under a third of leaseMs');
  return timeoutMs;
}

/** How this process works on sagas, complete. */
export function sagaSettingsOf(options: Pick<ErosOptions, 'leaseMs' | 'transactionTimeoutMs' | 'sagas'>): SagaSettings {
  assertNames('sagas', options.sagas, ['sweepMs', 'runningMax', 'recoveriesMax']);
  const { sweepMs, runningMax, recoveriesMax } = options.sagas ?? {};
  return sagaSettings({
    ...{ leaseMs: leaseMsOf(options), transactionTimeoutMs: transactionTimeoutMsOf(options) },
    ...(sweepMs === undefined ? {} : { sweepMs }),
    ...(runningMax === undefined ? {} : { runningMax }),
    ...(recoveriesMax === undefined ? {} : { recoveriesMax }),
  });
}

/** Quiet hours, gaps and rest of every plan, complete. */
export function planSettingsOf({ planning = {} }: Pick<ErosOptions, 'planning'>): PlanSettings {
  assertNames('planning', planning, Object.keys(DEFAULT_PLAN_SETTINGS));
  const stated = Object.fromEntries(Object.entries(planning).filter(([, value]) => value !== undefined));
  const settings: PlanSettings = { ...DEFAULT_PLAN_SETTINGS, ...stated };
  if (typeof settings.quietHours !== 'object' || settings.quietHours === null) {
    throw new InvalidSettingsError('planning.quietHours', shown(settings.quietHours), '{ fromMinute, toMinute }');
  }
  assertPlanSettings(settings);
  return settings;
}
