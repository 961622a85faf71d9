import { InvalidSettingsError } from '@eros/domain';

/** How a process works on sagas. */
export interface SagaSettings {
  /** How long a saga stays a worker's after its last sign of life. Default 8 s. */
  readonly leaseMs: number;
  /** Default a third of the lease. */
  readonly renewEveryMs: number;
  /** How often a started engine looks for sagas that nobody works on, and an awaiting caller for the end. Default 1 s. */
  readonly sweepMs: number;
  /**
   * How many sagas found by sweeping are executed here at once; up to 1,000 more that wait for a retry later than the next sweep do not
   * count, and are handed back if this process is full when their time comes. Default 32.
   */
  readonly runningMax: number;
  /** After so many recoveries, with no try that ended in between, a saga is parked: it seems to end the processes that work on it. Default 20. */
  readonly recoveriesMax: number;
  /** The longest that the transaction of a step may last; under a third of the lease. Default 2 s. */
  readonly transactionTimeoutMs: number;
}

export const DEFAULT_LEASE_MS = 8_000;
export const DEFAULT_CONCURRENCY = 32;

/** @throws {InvalidSettingsError} when they contradict each other or are out of range. */
export function sagaSettings(given: Partial<SagaSettings> = {}): SagaSettings {
  const { leaseMs = DEFAULT_LEASE_MS } = given;
  const settings: SagaSettings = {
    leaseMs,
    renewEveryMs: Math.floor(leaseMs / 3),
    sweepMs: 1_000,
    runningMax: DEFAULT_CONCURRENCY,
    recoveriesMax: 20,
    transactionTimeoutMs: Math.min(2_000, Math.ceil(leaseMs / 3) - 1),
    ...given,
  };
  const rules: [keyof SagaSettings, boolean, string][] = [
    ['leaseMs', settings.leaseMs >= 10, '10 ms or more'],
    ['renewEveryMs', settings.renewEveryMs >= 1 && settings.renewEveryMs <= leaseMs / 2, '1 ms to half the lease'],
    ['sweepMs', settings.sweepMs >= 1, '1 ms or more'],
    ['runningMax', settings.runningMax >= 1, '1 or more'],
    ['recoveriesMax', settings.recoveriesMax >= 1, '1 or more'],
    [
      'transactionTimeoutMs',
      settings.transactionTimeoutMs >= 1 && settings.transactionTimeoutMs < leaseMs / 3,
      '1 ms to less than a third of the lease',
    ],
  ];
  for (const [name, holds, expected] of rules) {
    if (!holds || !Number.isFinite(settings[name]))
      throw new InvalidSettingsError(name, String(settings[name]), expected);
  }
  return settings;
}
