import type { Transaction } from '../storage/index.js';

/** What happened to timing: the rows of `timing_operation_log`. */
export type OperationType =
  | 'week_planned'
  | 'week_replanned'
  | 'week_withdrawn'
  | 'week_restored'
  | 'week_status_changed'
  | 'item_sent'
  | 'rotation_started'
  | 'rotation_paused'
  | 'rotation_resumed'
  | 'rotation_rotated'
  | 'rotation_renewed'
  | 'rotation_drawn'
  | 'followup_scheduled'
  | 'followup_refused'
  | 'followup_recorded'
  | 'followup_cancelled'
  | 'week_measured'
  | 'learning_applied'
  | 'learning_frozen'
  | 'learning_unfrozen';

export interface Operation {
  readonly type: OperationType;
  readonly creatorId: string;
  readonly atMs: number;
  /** JSON. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly durationMs?: number;
}

/** The audit trail. A row is written in the transaction of what it tells of. Tested by `operationLogContract`. */
export interface OperationLog {
  append(operation: Operation, tx: Transaction): Promise<void>;
  /** The same as one after another, but as one write. */
  appendAll(operations: readonly Operation[], tx: Transaction): Promise<void>;
  /** Newest first. */
  list(filter: { creatorId?: string; type?: OperationType; limit?: number }, tx?: Transaction): Promise<Operation[]>;
}
