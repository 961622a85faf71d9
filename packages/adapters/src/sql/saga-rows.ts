import {
  formatInstant,
  parseInstant,
  SAGA_STATUSES,
  summarizeSaga,
  UnreadableSagaError,
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

/**
 * The saga as its row sums it up.
 *
 * @throws {UnreadableSagaError} for a status, an instant or JSON that is none.
 */
export function sagaFromRow(row: SagaRow, nowMs: number): SagaRecord {
  return {
    ...heldFromRow(row, nowMs),
    status: readIn(row, 'status', statusOf),
    stepsCompleted: readIn(row, 'steps_completed', (json) => listIn(json) as string[]),
    compensationErrors: readIn(row, 'compensation_errors', compensationErrorsOf),
    startedAtMs: readIn(row, 'started_at', instantOf),
    ...(row.stuck_reason === null ? {} : { stuck: row.stuck_reason }),
    ...(row.requested === null ? {} : { requested: row.requested }),
    ...(row.failed_step === null ? {} : { failedStep: row.failed_step }),
    ...(row.error_message === null ? {} : { errorMessage: row.error_message }),
    ...(row.completed_at === null ? {} : { completedAtMs: readIn(row, 'completed_at', instantOf) }),
    ...(row.execution_time_ms === null ? {} : { executionTimeMs: row.execution_time_ms }),
  };
}

/**
 * What a row says that its journal does not.
 *
 * @throws {UnreadableSagaError} for an instant that is none.
 */
export function heldFromRow(row: SagaRow, nowMs: number): Omit<SagaRecord, keyof SagaSummary> {
  const lease = leaseOf(row);
  return {
    id: row.id,
    sagaId: row.saga_id,
    creatorId: row.creator_id,
    definition: { name: row.definition_name, version: row.definition_version, hash: row.definition_hash },
    createdAtMs: readIn(row, 'created_at', instantOf),
    epoch: row.epoch,
    isLeased: lease !== undefined && nowMs < lease.untilMs,
    ...(lease ? { lease } : {}),
  };
}

/**
 * Who is written down as the holder; the lease may be over.
 *
 * @throws {UnreadableSagaError} for an instant that is none.
 */
export function leaseOf(row: Pick<SagaRow, 'saga_id' | 'owner' | 'lease_until'>): SagaLease | undefined {
  const { owner, lease_until } = row;
  return owner === null || lease_until === null ? undefined : { owner, untilMs: readIn(row, 'lease_until', instantOf) };
}

/** What a column says. Whoever meets a row that says nothing is told which. */
function readIn<Column extends string, Value>(
  row: { readonly saga_id: string } & Readonly<Record<Column, unknown>>,
  column: Column,
  read: (value: unknown) => Value,
): Value {
  try {
    return read(row[column]);
  } catch (cause) {
    throw new UnreadableSagaError(row.saga_id, { column }, { cause });
  }
}

function statusOf(value: unknown): SagaRecord['status'] {
  const known = SAGA_STATUSES.find((each) => each === value);
  if (!known) throw new Error(`${JSON.stringify(value)} is no status`);
  return known;
}

function compensationErrorsOf(value: unknown): CompensationError[] {
  const errors = listIn(value) as { step: string; message: string; at: unknown }[];
  return errors.map(({ step, message, at }) => ({ step, message, atMs: instantOf(at) }));
}

function listIn(value: unknown): unknown[] {
  const list = fromJson(value);
  if (!Array.isArray(list)) throw new Error(`${JSON.stringify(list)} is no list`);
  return list;
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

function instantOf(value: unknown): number {
  const atMs = typeof value === 'string' ? parseInstant(value) : undefined;
  if (atMs === undefined) throw new Error(`${JSON.stringify(value)} is no instant`);
  return atMs;
}
