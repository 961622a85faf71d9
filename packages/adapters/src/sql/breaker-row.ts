import {
  DEFAULT_BREAKER_POLICY,
  formatInstant,
  parseInstant,
  UnreadableBreakerError,
  lastBreakerState,
  type BreakerTally,
  type CircuitBreaker,
  type Held,
  type Hold,
  type Permit,
  type Vote,
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
  readonly reopenings: unknown;
  readonly held: unknown;
  readonly votes: unknown;
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
  'reopenings',
  'held',
  'votes',
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
    reopenings: countIn(row, 'reopenings') ?? 0,
    held: undefined,
  };
  const under = heldIn(row);
  const breaker = breakerIn(row, under?.from ?? row.state, tally);
  return under ? { ...breaker, held: under.held } : breaker;
}

function breakerIn(row: BreakerRow, state: unknown, tally: BreakerTally): CircuitBreaker {
  const instant = (column: keyof BreakerRow): number | undefined => instantIn(row, column);
  switch (state) {
    case 'closed': {
      const runStartedAtMs = instant('failures_since') ?? tally.lastFailureAtMs ?? tally.sinceMs;
      const isRun = tally.failureCount > 0;
      return { ...tally, state: 'closed', runStartedAtMs: isRun ? runStartedAtMs : undefined, votes: votesIn(row) };
    }
    case 'open':
      return {
        ...tally,
        state: 'open',
        openUntilMs: instant('open_until') ?? tally.sinceMs + DEFAULT_BREAKER_POLICY.cooldownMs,
      };
    case 'half_open':
      return { ...tally, state: 'half_open', permits: permitsIn(row) };
    default:
      throw new UnreadableBreakerError(row.name, 'state', JSON.stringify(state));
  }
}

/** The values of `BREAKER_COLUMNS`, in that order. */
export function breakerValues(name: string, breaker: CircuitBreaker, atMs: number): unknown[] {
  const permits = breaker.state === 'half_open' ? breaker.permits : [];
  const votes = breaker.state === 'closed' ? breaker.votes : [];
  const row: BreakerRow = {
    name,
    state: lastBreakerState(breaker),
    failure_count: breaker.failureCount,
    success_count: breaker.successCount,
    last_failure_time: instant(breaker.lastFailureAtMs),
    last_success_time: instant(breaker.lastSuccessAtMs),
    last_state_change: instant(breaker.sinceMs),
    updated_at: instant(atMs),
    generation: breaker.generation,
    open_until: breaker.state === 'open' ? instant(breaker.openUntilMs) : null,
    permits: listed(permits.map(({ id, untilMs }) => ({ id, until: instant(untilMs) }))),
    failures_since: breaker.state === 'closed' ? instant(breaker.runStartedAtMs) : null,
    last_failure: breaker.lastFailure ?? null,
    reopenings: breaker.reopenings,
    held: breaker.held ? JSON.stringify(heldJson(breaker.state, breaker.held)) : null,
    votes: listed(votes.map(({ node, atMs: votedAtMs }) => ({ node, at: instant(votedAtMs) }))),
  };
  return BREAKER_COLUMNS.map((column) => row[column]);
}

const instant = (ms: number | undefined): string | null => (ms === undefined ? null : formatInstant(ms));
const listed = (list: readonly object[]): string | null => (list.length > 0 ? JSON.stringify(list) : null);

const heldJson = (from: CircuitBreaker['state'], { sinceMs, holds }: Held) => ({
  from,
  since: instant(sinceMs),
  holds: holds.map(({ as, by, reason, sinceMs: laidMs, untilMs }) => ({
    as,
    by,
    reason,
    since: instant(laidMs),
    until: instant(untilMs),
  })),
});

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

const permitsIn = (row: BreakerRow): Permit[] =>
  listIn(row, 'permits', row.permits).map(({ id, until }) => {
    const untilMs = instantOf(until);
    return typeof id === 'string' && untilMs !== undefined ? { id, untilMs } : unreadable(row, 'permits');
  });

const votesIn = (row: BreakerRow): Vote[] =>
  listIn(row, 'votes', row.votes).map(({ node, at }) => {
    const atMs = instantOf(at);
    return typeof node === 'string' && atMs !== undefined ? { node, atMs } : unreadable(row, 'votes');
  });

/** What operators ordered, and the state under it. */
function heldIn(row: BreakerRow): { from: unknown; held: Held } | undefined {
  if (row.held === null) return undefined;
  const { from, since, holds } = objectIn(row, 'held', jsonOf(row.held));
  const sinceMs = instantOf(since);
  const list = listIn(row, 'held', holds).map((hold) => holdIn(row, hold));
  return sinceMs === undefined || list.length === 0
    ? unreadable(row, 'held')
    : { from, held: { sinceMs, holds: list } };
}

function holdIn(row: BreakerRow, { as, by, reason, since, until }: Record<string, unknown>): Hold {
  const [sinceMs, untilMs] = [instantOf(since), instantOf(until)];
  const isText = typeof by === 'string' && typeof reason === 'string';
  if ((as !== 'open' && as !== 'closed') || !isText || sinceMs === undefined) return unreadable(row, 'held');
  return until !== null && untilMs === undefined ? unreadable(row, 'held') : { as, by, reason, sinceMs, untilMs };
}

function listIn(row: BreakerRow, column: keyof BreakerRow, value: unknown): Record<string, unknown>[] {
  if (value === null) return [];
  const list = jsonOf(value);
  if (!Array.isArray(list)) return unreadable(row, column);
  return list.map((each: unknown) => objectIn(row, column, each));
}

function objectIn(row: BreakerRow, column: keyof BreakerRow, value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : unreadable(row, column);
}

const instantOf = (value: unknown): number | undefined => (typeof value === 'string' ? parseInstant(value) : undefined);

function unreadable(row: BreakerRow, column: keyof BreakerRow): never {
  throw new UnreadableBreakerError(row.name, column, JSON.stringify(row[column]));
}

/** `undefined` for a text that is no JSON: the caller names the column and the row. */
function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
