import type { Table } from '../table.js';

const added = true as const;

/** One row for each saga: the sum of its journal, and who holds it. */
export const sagaExecutionLog: Table = {
  name: 'saga_execution_log',
  columns: [
    { name: 'id', type: 'integer', key: 'identity' },
    { name: 'saga_id', type: 'text', notNull: true },
    { name: 'creator_id', type: 'text', notNull: true },
    { name: 'status', type: 'text', notNull: true },
    { name: 'steps_completed', type: 'json' },
    { name: 'failed_step', type: 'text' },
    { name: 'error_message', type: 'text' },
    { name: 'compensation_errors', type: 'json' },
    { name: 'execution_time_ms', type: 'real' },
    { name: 'started_at', type: 'instant', notNull: true },
    { name: 'completed_at', type: 'instant' },
    { name: 'created_at', type: 'instant', default: { now: true } },
    { name: 'definition_name', type: 'text', added },
    { name: 'definition_version', type: 'integer', added },
    // Present in the rows of sagas that this engine runs, absent in rows of other programs.
    { name: 'definition_hash', type: 'text', added },
    { name: 'input', type: 'json', added },
    { name: 'stuck', type: 'flag', default: 0, added },
    { name: 'stuck_reason', type: 'text', added },
    { name: 'epoch', type: 'integer', default: 0, added },
    { name: 'owner', type: 'text', added },
    { name: 'lease_until', type: 'instant', added },
    { name: 'journal_length', type: 'integer', default: 0, added },
    { name: 'requested', type: 'text', added },
  ],
  indexes: [
    { name: 'idx_sel_creator', columns: 'creator_id' },
    { name: 'idx_sel_status', columns: 'status' },
    { name: 'idx_sel_saga', columns: 'saga_id', unique: true, where: 'definition_hash IS NOT NULL' },
    { name: 'idx_sel_stuck', columns: 'stuck, id' },
    { name: 'idx_sel_requested', columns: 'requested', where: 'requested IS NOT NULL' },
  ],
};

/** What happened to each saga, one row for each journal entry, numbered from 1. */
export const sagaJournal: Table = {
  name: 'saga_journal',
  columns: [
    { name: 'saga_id', type: 'text', notNull: true },
    { name: 'seq', type: 'integer', notNull: true },
    { name: 'entry', type: 'json', notNull: true },
    { name: 'at', type: 'instant', notNull: true },
  ],
  primaryKey: ['saga_id', 'seq'],
};

export const sagaTables: readonly Table[] = [sagaExecutionLog, sagaJournal];
