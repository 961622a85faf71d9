import type { Table } from '../table.js';

const added = true as const;

/**
 * Follow-ups: planned, sent and cancelled ones. Documented.
 *
 * Rows without a `status` were written by others and tell of what was sent. Only rows of ours are held to be unique, since the
 * predecessor let duplicates in (predecessor facts 9.B17) and none of its rows may be lost.
 */
export const ppvFollowupTracking: Table = {
  name: 'ppv_followup_tracking',
  columns: [
    { name: 'id', type: 'integer', key: 'identity' },
    { name: 'creator_id', type: 'text', notNull: true },
    { name: 'parent_ppv_id', type: 'text', notNull: true },
    { name: 'parent_time', type: 'instant', notNull: true },
    { name: 'followup_time', type: 'instant', notNull: true },
    { name: 'gap_minutes', type: 'real', notNull: true },
    { name: 'ppv_type', type: 'text', notNull: true },
    { name: 'is_optimal_window', type: 'flag', default: 0 },
    { name: 'created_at', type: 'instant', default: { now: true } },
    { name: 'status', type: 'text', check: "status IN ('planned', 'sent', 'cancelled')", added },
    { name: 'planned_time', type: 'instant', added },
    { name: 'cancelled_at', type: 'instant', added },
    // The operator, or `purchase` or `reply`.
    { name: 'cancelled_by', type: 'text', added },
    { name: 'cancel_reason', type: 'text', added },
  ],
  indexes: [
    { name: 'idx_followup_creator', columns: 'creator_id' },
    { name: 'idx_followup_gap', columns: 'gap_minutes' },
    { name: 'idx_followup_parent', columns: 'creator_id, parent_ppv_id' },
    {
      name: 'uq_followup_planned',
      columns: 'creator_id, parent_ppv_id',
      unique: true,
      where: "status = 'planned'",
    },
    {
      name: 'uq_followup_time',
      columns: 'creator_id, parent_ppv_id, followup_time',
      unique: true,
      where: "status IN ('planned', 'sent')",
    },
  ],
};

export const followupTables: readonly Table[] = [ppvFollowupTracking];
