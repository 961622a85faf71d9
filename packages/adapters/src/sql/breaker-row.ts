import {
  DEFAULT_BREAKER_POLICY,
  formatInstant,
  parseInstant,
  UnreadableBreakerError,
  type BreakerTally,
  type CircuitBreaker,
  type Permit,
} from '@eros/domain';

/** A row of `circuit_breaker_state`. */
export interface BreakerRow {
  readonly name: string;
  readonly state: string;
  readonly failure_count: unknown;
  readonly success_count: unknown;
  readonly last_failure_time: unknown;
  readonly last_success_time: unknown;
  readonly last_state_change: unknown;
  readonly updated_at: unknown;
  readonly generation: unknown;
  readonly open_until: unknown;
  readonly permits: unknown;
  readonly failures_since: unknown;
  readonly last_failure: string | null;
}

export const BREAKER_COLUMNS = [
  'name',
  'state',
  'failure_count',
  'success_count',
  'last_failure_time',
  'last_success_time',
  'last_state_change',
  'updated_at',
  'generation',
  'open_until',
  'permits',
  'failures_since',
  'last_failure',
] as const satisfies readonly (keyof BreakerRow)[];

/**
 * The breaker of a row. A row of another program lacks our columns: its open time then is the default one, from its last
 * change of state; its run of failures began with its last failure.
 *
 * @param atMs stands in for the last change of state where the row knows none.
 * @throws {UnreadableBreakerError} for a state, number, instant or permit that is none.
 */
export function breakerFromRow(row: BreakerRow, atMs: number): CircuitBreaker {
  const instant = (column: keyof BreakerRow): number | undefined => instantIn(row, column);
  const lastFailureAtMs = instant('last_failure_time');
  const sinceMs = instant('last_state_change') ?? instant('updated_at') ?? atMs;
  const tally: BreakerTally = {
    generation: countIn(row, 'generation') ?? 1,
    failureCount: countIn(row, 'failure_count') ?? 0,
    successCount: countIn(row, 'success_count') ?? 0,
    sinceMs,
    lastFailureAtMs,
    lastSuccessAtMs: instant('last_success_time'),
    lastFailure: row.last_failure ?? undefined,
  };
  switch (row.state) {
    case 'closed': {
      const runStartedAtMs = instant('failures_since') ?? lastFailureAtMs ?? sinceMs;
      return { ...tally, state: 'closed', runStartedAtMs: tally.failureCount > 0 ? runStartedAtMs : undefined };
    }
    case 'open':
      return {
        ...tally,
        state: 'open',
        openUntilMs: instant('open_until') ?? sinceMs + DEFAULT_BREAKER_POLICY.cooldownMs,
      };
    case 'half_open':
      return { ...tally, state: 'half_open', permits: permitsIn(row) };
    default:
      throw new UnreadableBreakerError(row.name, 'state', JSON.stringify(row.state));
  }
}

/** The values of `BREAKER_COLUMNS`, in that order. */
export function breakerValues(name: string, breaker: CircuitBreaker, atMs: number): unknown[] {
  const instant = (ms: number | undefined): string | null => (ms === undefined ? null : formatInstant(ms));
  const permits = breaker.state === 'half_open' ? breaker.permits : [];
  const row: BreakerRow = {
    name,
    state: breaker.state,
    failure_count: breaker.failureCount,
    success_count: breaker.successCount,
    last_failure_time: instant(breaker.lastFailureAtMs),
    last_success_time: instant(breaker.lastSuccessAtMs),
    last_state_change: instant(breaker.sinceMs),
    updated_at: instant(atMs),
    generation: breaker.generation,
    open_until: breaker.state === 'open' ? instant(breaker.openUntilMs) : null,
    permits:
      permits.length > 0 ? JSON.stringify(permits.map(({ id, untilMs }) => ({ id, until: instant(untilMs) }))) : null,
    failures_since: breaker.state === 'closed' ? instant(breaker.runStartedAtMs) : null,
    last_failure: breaker.lastFailure ?? null,
  };
  return BREAKER_COLUMNS.map((column) => row[column]);
}

function countIn(row: BreakerRow, column: keyof BreakerRow): number | undefined {
  const value = row[column];
  if (value === null) return undefined;
  const count = Number(value); // a driver may give large integers as text
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new UnreadableBreakerError(row.name, column, JSON.stringify(value));
}

function instantIn(row: BreakerRow, column: keyof BreakerRow): number | undefined {
  const value = row[column];
  if (value === null) return undefined;
  const atMs = value instanceof Date ? value.getTime() : typeof value === 'string' ? parseInstant(value) : undefined;
  if (atMs !== undefined && Number.isFinite(atMs)) return atMs;
  throw new UnreadableBreakerError(row.name, column, JSON.stringify(value));
}

function permitsIn(row: BreakerRow): Permit[] {
  const { permits } = row;
  if (permits === null) return [];
  const listed: unknown = typeof permits === 'string' ? parsed(permits) : permits;
  if (!Array.isArray(listed)) throw new UnreadableBreakerError(row.name, 'permits', JSON.stringify(permits));
  return listed.map((each: unknown) => {
    const { id, until } = (each ?? {}) as { id?: unknown; until?: unknown };
    const untilMs = typeof until === 'string' ? parseInstant(until) : undefined;
    if (typeof id === 'string' && untilMs !== undefined) return { id, untilMs };
    throw new UnreadableBreakerError(row.name, 'permits', JSON.stringify(permits));
  });
}

/** `undefined` for a text that is no JSON: the caller names the column and the row. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
