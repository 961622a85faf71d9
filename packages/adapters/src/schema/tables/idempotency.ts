import type { Table } from '../table.js';

const added = true as const;

/**
 * What is known of each operation key. Documented; the index is from predecessor facts 1.8.
 *
 * `operation_key` is `operation:key`, with `%` and `:` of the operation written `%25` and `%3A`. `executed_at` is the
 * end of a run, or its beginning while it runs. Until `expires_at` the row is the answer; of a dead claim it is
 * remembered. Rows without the added columns were written by the predecessor when a run had ended: their defaults say
 * so.
 */
export const timingIdempotency: Table = {
  name: 'timing_idempotency',
  columns: [
    { name: 'operation_key', type: 'text', key: 'key' },
    { name: 'operation_name', type: 'text', notNull: true },
    { name: 'params_hash', type: 'text', notNull: true },
    { name: 'result', type: 'json' },
    { name: 'executed_at', type: 'instant', notNull: true },
    { name: 'expires_at', type: 'instant', notNull: true },
    {
      name: 'status',
      type: 'text',
      notNull: true,
      default: 'completed',
      check: "status IN ('running', 'completed', 'failed', 'released')",
      added,
    },
    { name: 'owner', type: 'text', added },
    // The fencing number: ms since 1970 UTC or a little more, so it needs 64 bits.
    { name: 'epoch', type: 'integer', notNull: true, default: 0, added },
    { name: 'claimed_at', type: 'instant', added },
    { name: 'lease_until', type: 'instant', added },
    { name: 'error', type: 'json', added },
    // Counts the writes of the row, for compare-and-swap.
    { name: 'version', type: 'integer', notNull: true, default: 1, added },
  ],
  indexes: [{ name: 'idx_timing_idempotency_expires', columns: 'expires_at' }],
};

export const idempotencyTables: readonly Table[] = [timingIdempotency];
