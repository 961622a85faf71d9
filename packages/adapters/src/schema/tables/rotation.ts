import type { Table } from '../table.js';

const added = true as const;

/**
 * One rotation per creator. Documented.
 *
 * `pattern_start_date` is the instant at which the pattern began, `days_on_pattern` what it stood at when the row was written.
 * Rows without the added columns were written by the predecessor: their defaults say that nothing has been drawn yet.
 */
export const creatorRotationState: Table = {
  name: 'creator_rotation_state',
  columns: [
    { name: 'creator_id', type: 'text', key: 'key' },
    { name: 'rotation_pattern', type: 'json', notNull: true },
    { name: 'pattern_start_date', type: 'instant', notNull: true },
    { name: 'days_on_pattern', type: 'integer', default: 0 },
    { name: 'current_state', type: 'text', default: 'initializing' },
    { name: 'updated_at', type: 'instant', default: { now: true } },
    // How many slots of the pattern have been taken.
    { name: 'position', type: 'integer', notNull: true, default: 0, added },
    // JSON list of the draws before the pattern began, oldest first.
    { name: 'draws_before', type: 'json', added },
    { name: 'paused_at', type: 'instant', added },
    { name: 'paused_days', type: 'integer', notNull: true, default: 0, added },
    // The predecessor's JSON, as it was found.
    { name: 'legacy_pattern', type: 'text', added },
    // Counts the writes of the row, for compare-and-swap.
    { name: 'version', type: 'integer', notNull: true, default: 1, added },
  ],
  indexes: [
    { name: 'idx_rotation_state_updated', columns: 'updated_at' },
    { name: 'idx_rotation_current_state', columns: 'current_state' },
  ],
};

export const rotationTables: readonly Table[] = [creatorRotationState];
