import {
  formatInstant,
  parseInstant,
  SAGA_STATUSES,
  summarizeSaga,
  type CompensationError,
  type NewSaga,
  type ParkReason,
  type SagaEvent,
  type SagaLease,
  type SagaRecord,
  type SagaState,
  type SagaSummary,
  type UndoRequest,
} from '@eros/domain';
import { instant, type Columns } from './moments.js';

/** A row of `saga_execution_log` that this engine wrote. */
export interface SagaRow {
  readonly id: number;
  readonly saga_id: string;
  readonly creator_id: string;
  readonly status: string;
  readonly steps_completed: unknown;
  readonly failed_step: string | null;
  readonly error_message: string | null;
  readonly compensation_errors: unknown;
  readonly execution_time_ms: number | null;
  readonly started_at: string;
  readonly completed_at: string | null;
  readonly created_at: string;
  readonly definition_name: string;
  readonly definition_version: number;
  readonly definition_hash: string;
  readonly stuck: number;
  readonly stuck_reason: ParkReason | null;
  readonly epoch: number;
  readonly owner: string | null;
  readonly lease_until: string | null;
  readonly journal_length: number;
  readonly requested: UndoRequest['action'] | null;
}

export const SAGA_COLUMNS = `id, saga_id, creator_id, status, steps_completed, failed_step, error_message, compensation_errors,
  execution_time_ms, started_at, completed_at, created_at, definition_name, definition_version, definition_hash, stuck, stuck_reason,
  epoch, owner, lease_until, journal_length, requested`;

/** The columns that change, and what they hold for a saga: documented ones first, then who holds it. */
export function rowOf(saga: SagaState, lease: SagaLease | undefined): Columns {
  const summary = summarizeSaga(saga);
  const { status, stepsCompleted, failedStep, errorMessage, compensationErrors, executionTimeMs, startedAtMs } =
    summary;
  const errors = compensationErrors.map(({ step, message, atMs }) => ({ step, message, at: formatInstant(atMs) }));
  return {
    status,
    steps_completed: JSON.stringify(stepsCompleted),
    failed_step: failedStep ?? null,
    error_message: errorMessage ?? null,
    compensation_errors: JSON.stringify(errors),
    execution_time_ms: executionTimeMs ?? null,
    started_at: instant(startedAtMs),
    completed_at: summary.completedAtMs === undefined ? null : instant(summary.completedAtMs),
    stuck: summary.stuck ? 1 : 0,
    stuck_reason: summary.stuck ?? null,
    epoch: saga.claim.epoch,
    journal_length: saga.seq,
    requested: summary.requested ?? null,
    owner: lease?.owner ?? null,
    lease_until: lease ? instant(lease.untilMs) : null,
  };
}

/** The row of a new saga: with what its journal does not say. */
export const newRowOf = ({ sagaId, creatorId, definition, input }: NewSaga, row: Columns, nowMs: number): Columns => ({
  saga_id: sagaId,
  creator_id: creatorId,
  definition_name: definition.name,
  definition_version: definition.version,
  definition_hash: definition.hash,
  input: JSON.stringify(input),
  created_at: instant(nowMs),
  ...row,
});

/** The saga as its row sums it up. */
export function sagaFromRow(row: SagaRow, nowMs: number): SagaRecord {
  return {
    ...heldFromRow(row, nowMs),
    status: statusOf(row),
    stepsCompleted: fromJson(row.steps_completed) as string[],
    compensationErrors: (fromJson(row.compensation_errors) as { step: string; message: string; at: string }[]).map(
      ({ step, message, at }): CompensationError => ({ step, message, atMs: instantOf(at) }),
    ),
    startedAtMs: instantOf(row.started_at),
    ...(row.stuck_reason === null ? {} : { stuck: row.stuck_reason }),
    ...(row.requested === null ? {} : { requested: row.requested }),
    ...(row.failed_step === null ? {} : { failedStep: row.failed_step }),
    ...(row.error_message === null ? {} : { errorMessage: row.error_message }),
    ...(row.completed_at === null ? {} : { completedAtMs: instantOf(row.completed_at) }),
    ...(row.execution_time_ms === null ? {} : { executionTimeMs: row.execution_time_ms }),
  };
}

/** What a row says that its journal does not. */
export function heldFromRow(row: SagaRow, nowMs: number): Omit<SagaRecord, keyof SagaSummary> {
  const lease = leaseOf(row);
  return {
    id: row.id,
    sagaId: row.saga_id,
    creatorId: row.creator_id,
    definition: { name: row.definition_name, version: row.definition_version, hash: row.definition_hash },
    createdAtMs: instantOf(row.created_at),
    epoch: row.epoch,
    isLeased: lease !== undefined && nowMs < lease.untilMs,
    ...(lease ? { lease } : {}),
  };
}

/** Who is written down as the holder; the lease may be over. */
export function leaseOf({ owner, lease_until }: Pick<SagaRow, 'owner' | 'lease_until'>): SagaLease | undefined {
  return owner === null || lease_until === null ? undefined : { owner, untilMs: instantOf(lease_until) };
}

function statusOf({ saga_id, status }: SagaRow): SagaRecord['status'] {
  const known = SAGA_STATUSES.find((each) => each === status);
  if (!known) throw new Error(`saga_execution_log: saga "${saga_id}" has the unknown status "${status}"`);
  return known;
}

/** The instant stands in its own column. */
export function entryJson(event: SagaEvent): string {
  return JSON.stringify({ ...event, atMs: undefined });
}

export function eventFromRow({ entry, at }: { entry: unknown; at: string }): SagaEvent {
  return { ...(fromJson(entry) as SagaEvent), atMs: instantOf(at) };
}

/** JSON comes as text from SQLite, and ready from databases that have a type for it. */
const fromJson = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

function instantOf(text: string): number {
  const atMs = parseInstant(text);
  if (atMs === undefined) throw new Error(`saga_execution_log: "${text}" is no instant`);
  return atMs;
}
