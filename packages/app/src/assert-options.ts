import { hash } from 'node:crypto';
import { loadRe2Engine, POSTGRES_URL_ADVICE, postgresUrlProblem } from '@eros/adapters';
import {
  assertBreakerName,
  assertPlanSettings,
  assertStorableText,
  breakerPolicy,
  DEFAULT_PLAN_SETTINGS,
  InvalidSettingsError,
  type PlanSettings,
} from '@eros/domain';
import { Captions } from './captions.js';
import type { DatabaseOption, ErosOptions } from './options.js';
import { sagaSettings, type SagaSettings } from './sagas/settings.js';
import { assertWorkers } from './workers-option.js';

export const DEFAULT_LEASE_MS = 8_000;
export const DEFAULT_TRANSACTION_TIMEOUT_MS = 2_000;
const LONGEST_LEASE_MS = 3_600_000;
const LONGEST_LOCK_WAIT_MS = 3_600_000;
const LARGEST_POOL = 1_000;
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Throws for every option that cannot be, before anything is opened: no file is made by a call that is refused.
 *
 * @throws {InvalidSettingsError}
 * @throws {InvalidPackError} for a rule pack that is none.
 */
export async function assertOptions(options: ErosOptions): Promise<void> {
  assertDatabase(options.database);
  assertOneOf('migrate', options.migrate, ['auto', 'verify', 'off']);
  if (options.node !== undefined) assertStorableText('node', options.node);
  leaseMsOf(options);
  transactionTimeoutMsOf(options);
  sagaSettingsOf(options);
  planSettingsOf(options);
  assertWorkers(options);
  for (const [name, policy] of Object.entries(options.breakers ?? {})) {
    assertBreakerName(name);
    breakerPolicy(name, policy);
  }
  if (options.captions) await Captions.open(options.captions, { sha256, loadPatternEngine: loadRe2Engine });
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
  const { sweepMs, runningMax, recoveriesMax, ...others } = options.sagas ?? {};
  for (const name of Object.keys(others)) {
    throw new InvalidSettingsError(`sagas.${name}`, 'unknown', 'sweepMs, runningMax or recoveriesMax');
  }
  return sagaSettings({
    ...{ leaseMs: leaseMsOf(options), transactionTimeoutMs: transactionTimeoutMsOf(options) },
    ...(sweepMs === undefined ? {} : { sweepMs }),
    ...(runningMax === undefined ? {} : { runningMax }),
    ...(recoveriesMax === undefined ? {} : { recoveriesMax }),
  });
}

/** Quiet hours, gaps and rest of every plan, complete. */
export function planSettingsOf({ planning = {} }: Pick<ErosOptions, 'planning'>): PlanSettings {
  const known = Object.keys(DEFAULT_PLAN_SETTINGS);
  for (const name of Object.keys(planning)) {
    if (!known.includes(name))
      throw new InvalidSettingsError(`planning.${name}`, 'unknown', `one of ${known.join(', ')}`);
  }
  const stated = Object.fromEntries(Object.entries(planning).filter(([, value]) => value !== undefined));
  const settings: PlanSettings = { ...DEFAULT_PLAN_SETTINGS, ...stated };
  if (typeof settings.quietHours !== 'object' || settings.quietHours === null) {
    throw new InvalidSettingsError('planning.quietHours', shown(settings.quietHours), '{ fromMinute, toMinute }');
  }
  assertPlanSettings(settings);
  return settings;
}

function assertDatabase(database: DatabaseOption | undefined): void {
  if (database?.type === 'postgres') assertPostgres(database);
  if (database?.type !== 'sqlite') return;
  assertText('database.path', database.path);
  assertOneOf('database.driver', database.driver, ['sqlite3', 'better-sqlite3']);
  if (database.lockTimeoutMs !== undefined) {
    assertMs('database.lockTimeoutMs', database.lockTimeoutMs, 0, LONGEST_LOCK_WAIT_MS);
  }
}

function assertPostgres({
  url,
  schema,
  poolSize,
  statementTimeoutMs,
}: Extract<DatabaseOption, { type: 'postgres' }>): void {
  // Not shown: whatever it is, it may hold a password.
  const problem = postgresUrlProblem(url);
  if (problem !== undefined) throw new InvalidSettingsError('database.url', problem, POSTGRES_URL_ADVICE);
  if (schema !== undefined && (typeof schema !== 'string' || !SCHEMA_NAME.test(schema) || /^pg_/.test(schema))) {
    throw new InvalidSettingsError(
      'database.schema',
      shown(schema),
      'a name of small letters, digits and _, at most 63, not beginning with a digit or pg_',
    );
  }
  if (poolSize !== undefined && !(Number.isSafeInteger(poolSize) && poolSize >= 2 && poolSize <= LARGEST_POOL)) {
    throw new InvalidSettingsError('database.poolSize', shown(poolSize), `a whole number from 2 to ${LARGEST_POOL}`);
  }
  if (statementTimeoutMs !== undefined) {
    assertMs('database.statementTimeoutMs', statementTimeoutMs, 100, LONGEST_LOCK_WAIT_MS);
  }
}

function assertMs(setting: string, given: unknown, leastMs: number, mostMs: number, more = ''): void {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= leastMs && given <= mostMs) return;
  throw new InvalidSettingsError(setting, shown(given), `whole milliseconds from ${leastMs} to ${mostMs}${more}`);
}

function assertOneOf(setting: string, given: unknown, allowed: readonly string[]): void {
  if (given === undefined || allowed.includes(given as string)) return;
  throw new InvalidSettingsError(setting, shown(given), `one of ${allowed.join(', ')}`);
}

function assertText(setting: string, given: unknown): void {
  if (typeof given === 'string' && given.trim() !== '') return;
  throw new InvalidSettingsError(setting, shown(given), 'a text that is not blank');
}

const shown = (given: unknown): string => JSON.stringify(given) ?? String(given);
