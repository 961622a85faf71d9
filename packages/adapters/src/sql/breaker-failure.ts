import type { BreakerAnswer, BreakerEvent, BreakerPolicy, Settle, UntimedBreakerCommand } from '@eros/domain';
import { BREAKER_COLUMNS, breakerFromRow, type BreakerRow } from './breaker-row.js';
import type { SqlClock, SqlFragment } from './sql-database.js';

type UntimedSettle = Omit<Settle, 'atMs'>;

/** Whether a command is one that a single statement can carry out: a failure by which no rule of its process trips. */
export const isPlainFailure = (command: UntimedBreakerCommand): command is UntimedSettle =>
  command.type === 'settle' && command.outcome === 'failure' && command.tripped === undefined;

// What a row must hold for the statement to count on: another program's row, or a damaged one, is the transaction's.
const COUNTS = ['failure_count', 'success_count'].map((column) => `${column} BETWEEN 0 AND 1000000000`);
const INSTANTS = ['last_failure_time', 'last_success_time', 'last_state_change', 'updated_at'].map(
  (column) => `(${column} IS NULL OR CAST(${column} AS TEXT) LIKE '____-__-__%')`,
);
const IS_READABLE = [...COUNTS, ...INSTANTS, '(failure_count = 0 OR failures_since IS NOT NULL)'].join(' AND ');

/**
 * Counts a failure of a closed breaker that does not open it, by the database's time: one statement, which commits alone.
 * It counts as the domain's `decide` does; without a row in return it has written nothing.
 */
export function countFailure(
  name: string,
  { failures = 1, sinceOwnSuccessMs, ticket, cause }: UntimedSettle,
  policy: BreakerPolicy,
  clock: SqlClock,
): SqlFragment {
  const now = clock.instant(0);
  // The process's own success came after the run's first failure: then it is another run.
  const isAnew =
    sinceOwnSuccessMs === undefined
      ? { sql: 'failure_count = 0', params: [] }
      : isAfterRunsStart(clock.instant(-Math.floor(sinceOwnSuccessMs)));
  const count = {
    sql: `CASE WHEN ${isAnew.sql} THEN ? ELSE failure_count + ? END`,
    params: [...isAnew.params, failures, failures],
  };
  // Opening is a transition, which is written with its history. Where a quorum decides, the count opens nothing.
  const isBelow =
    policy.quorum === 1
      ? { sql: `${count.sql} < ?`, params: [...count.params, policy.failureThreshold] }
      : { sql: '1 = 1', params: [] };
  const isOfGeneration = ticket ? { sql: 'generation = ?', params: [ticket.generation] } : { sql: '1 = 1', params: [] };
  return {
    sql: `UPDATE circuit_breaker_state SET
        failure_count = ${count.sql},
        success_count = 0,
        last_failure_time = ${now.sql},
        updated_at = ${now.sql},
        failures_since = CASE WHEN ${isAnew.sql} THEN ${now.sql} ELSE failures_since END,
        last_failure = ?
      ${clock.from}
      WHERE ${clock.holds.sql} AND name = ? AND state = 'closed' AND held IS NULL AND ${isOfGeneration.sql} AND ${isBelow.sql} AND ${IS_READABLE}
      RETURNING ${BREAKER_COLUMNS.join(', ')}`,
    params: [
      ...count.params,
      ...now.params,
      ...now.params,
      ...isAnew.params,
      ...now.params,
      cause ?? null,
      ...clock.holds.params,
      name,
      ...isOfGeneration.params,
      ...isBelow.params,
    ],
  };
}

const isAfterRunsStart = ({ sql, params }: SqlFragment): SqlFragment => ({
  sql: `(failure_count = 0 OR ${sql} > failures_since)`,
  params,
});

/** What the statement decided, read from the row that it left. */
export function countedFailure(row: BreakerRow): BreakerAnswer {
  const breaker = breakerFromRow(row, 0);
  const { failureCount, lastFailureAtMs: atMs, lastFailure: cause } = breaker;
  if (breaker.state !== 'closed' || breaker.runStartedAtMs === undefined || atMs === undefined) {
    throw new Error(`bug: a failure counted for a breaker that is ${breaker.state}`);
  }
  const { runStartedAtMs } = breaker;
  const counted: BreakerEvent = { type: 'failures_counted', failureCount, runStartedAtMs, atMs, cause };
  return { decision: { type: 'accepted', events: [counted] }, breaker, atMs, transitions: [] };
}
