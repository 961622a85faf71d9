import type { Table } from '../table.js';

const added = true as const;

/** Circuit breakers, one row each. Documented; the added columns are what sharing a breaker between processes needs. */
export const circuitBreakerState: Table = {
  name: 'circuit_breaker_state',
  columns: [
    { name: 'name', type: 'text', key: 'key' },
    { name: 'state', type: 'text', notNull: true, default: 'closed' },
    { name: 'failure_count', type: 'integer', default: 0 },
    { name: 'success_count', type: 'integer', default: 0 },
    { name: 'last_failure_time', type: 'instant' },
    { name: 'last_success_time', type: 'instant' },
    { name: 'last_state_change', type: 'instant' },
    { name: 'updated_at', type: 'instant', default: { now: true } },
    // One higher with every change of state, so that late results are known as such.
    { name: 'generation', type: 'integer', default: 1, added },
    { name: 'open_until', type: 'instant', added },
    // The trial calls that are out: [{ "id": ..., "until": instant }].
    { name: 'permits', type: 'json', added },
    // When the present run of failures began.
    { name: 'failures_since', type: 'instant', added },
    { name: 'last_failure', type: 'text', added },
    // Openings in a row since it was last closed, less the first: what a growing open time grows by.
    { name: 'reopenings', type: 'integer', default: 0, added },
    // What operators ordered: { "from": the state that a release restores, "since": instant, "holds": [{ "as": ..., "by":
    // ..., "reason": ..., "since": instant, "until": instant or null }] }.
    { name: 'held', type: 'json', added },
    // Processes that found it should open, where a quorum decides: [{ "node": ..., "at": instant }].
    { name: 'votes', type: 'json', added },
  ],
};

/** How many calls came back, in slices of a few seconds over all processes: what `recent_calls` is counted from. */
export const circuitBreakerCalls: Table = {
  name: 'circuit_breaker_calls',
  columns: [
    { name: 'name', type: 'text', notNull: true },
    { name: 'slice_start', type: 'instant', notNull: true },
    { name: 'success_count', type: 'integer', notNull: true, default: 0 },
    { name: 'failure_count', type: 'integer', notNull: true, default: 0 },
  ],
  primaryKey: ['name', 'slice_start'],
};

/** The history: one row for each transition, whichever process made it. */
export const circuitBreakerTransitions: Table = {
  name: 'circuit_breaker_transitions',
  columns: [
    { name: 'id', type: 'integer', key: 'identity' },
    { name: 'name', type: 'text', notNull: true },
    // The generation that it led to.
    { name: 'generation', type: 'integer', notNull: true },
    { name: 'from_state', type: 'text', notNull: true },
    { name: 'to_state', type: 'text', notNull: true },
    { name: 'occurred_at', type: 'instant', notNull: true },
    { name: 'node', type: 'text' },
    { name: 'cause', type: 'text', notNull: true },
    { name: 'operator', type: 'text' },
    { name: 'reason', type: 'text' },
  ],
  indexes: [{ name: 'idx_cbt_name', columns: 'name, id' }],
};

export const breakerTables: readonly Table[] = [circuitBreakerState, circuitBreakerCalls, circuitBreakerTransitions];
