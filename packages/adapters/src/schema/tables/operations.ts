import type { Table } from '../table.js';

/** The audit trail of timing operations. Named by the schema reference; columns: spec, section 11. */
export const timingOperationLog: Table = {
  name: 'timing_operation_log',
  columns: [
    { name: 'id', type: 'integer', key: 'identity' },
    { name: 'event_type', type: 'text', notNull: true },
    { name: 'creator_id', type: 'text' },
    { name: 'event_timestamp', type: 'instant', notNull: true },
    { name: 'event_details', type: 'json' },
    { name: 'duration_ms', type: 'real' },
    { name: 'created_at', type: 'instant', default: { now: true } },
  ],
  indexes: [
    { name: 'idx_operation_creator', columns: 'creator_id, id' },
    { name: 'idx_operation_type', columns: 'event_type, id' },
  ],
};

export const operationTables: readonly Table[] = [timingOperationLog];
