import {
  parseInstant,
  unreachable,
  UnreadableOperationError,
  type IdempotencyEvent,
  type IdempotencyState,
  type OperationKey,
  type OperationOutcome,
  type StoredError,
} from '@eros/domain';
import { instant, type Columns } from './moments.js';

/** A row of `timing_idempotency`, as read: numbers and instants in whatever form the driver gives them. */
export interface IdempotencyRow {
  readonly operation_key: string;
  readonly params_hash: string;
  readonly result: string | null;
  readonly executed_at: unknown;
  readonly expires_at: unknown;
  readonly status: string;
  readonly owner: string | null;
  readonly epoch: unknown;
  readonly claimed_at: unknown;
  readonly lease_until: unknown;
  readonly error: string | null;
  readonly version: unknown;
}

/** JSON is read as text: some drivers parse it, and a parsed text looks like text that is still to be parsed. */
export const READ_COLUMNS = `operation_key, params_hash, CAST(result AS TEXT) AS result, executed_at, expires_at, status,
  owner, epoch, claimed_at, lease_until, CAST(error AS TEXT) AS error, version`;

/**
 * What a row says. A row of the predecessor has neither owner nor claim: it is a result, executed when it was claimed.
 *
 * @throws {UnreadableOperationError} for a status, number, instant or JSON that is none.
 */
export function stateFromRow(row: IdempotencyRow): IdempotencyState {
  const epoch = wholeNumberIn(row, 'epoch');
  const expiresAtMs = instantIn(row, 'expires_at');
  switch (row.status) {
    case 'released':
      return { status: 'released', epoch, expiresAtMs };
    case 'running': {
      const { owner, params_hash: paramsHash } = row;
      if (owner === null) throw new UnreadableOperationError(row.operation_key, 'owner', 'NULL');
      const [claimedAtMs, leaseUntilMs] = [instantIn(row, 'claimed_at'), instantIn(row, 'lease_until')];
      return { status: 'running', epoch, owner, paramsHash, claimedAtMs, leaseUntilMs, expiresAtMs };
    }
    case 'completed':
    case 'failed': {
      const doneAtMs = instantIn(row, 'executed_at');
      const claimedAtMs = row.claimed_at === null ? doneAtMs : instantIn(row, 'claimed_at');
      const outcome = outcomeIn(row, row.status);
      return { status: 'done', epoch, paramsHash: row.params_hash, outcome, claimedAtMs, doneAtMs, expiresAtMs };
    }
    default:
      throw new UnreadableOperationError(row.operation_key, 'status', JSON.stringify(row.status));
  }
}

export function versionOf(row: IdempotencyRow): number {
  return wholeNumberIn(row, 'version');
}

/** The columns that an event changes. The key and the version are the statement's affair. */
export function columnsOf({ operation }: OperationKey, event: IdempotencyEvent): Columns {
  const expiresAt = instant(event.expiresAtMs);
  switch (event.type) {
    case 'claimed': {
      const { paramsHash, owner } = event;
      const [claimedAt, leaseUntil] = [instant(event.claimedAtMs), instant(event.leaseUntilMs)];
      return {
        operation_name: operation,
        params_hash: paramsHash,
        result: null,
        executed_at: claimedAt,
        expires_at: expiresAt,
        status: 'running',
        owner,
        epoch: { ms: event.epoch, as: 'number' },
        claimed_at: claimedAt,
        lease_until: leaseUntil,
        error: null,
      };
    }
    case 'renewed':
      return { expires_at: expiresAt, lease_until: instant(event.leaseUntilMs) };
    case 'ended': {
      const { outcome } = event;
      const [status, result, error] =
        outcome.type === 'result' ? ['completed', outcome.json, null] : ['failed', null, JSON.stringify(outcome.error)];
      const executedAt = instant(event.doneAtMs);
      return { result, executed_at: executedAt, expires_at: expiresAt, status, owner: null, lease_until: null, error };
    }
    case 'released':
      // Keeps nothing but the epoch, which is not written.
      return {
        params_hash: '',
        result: null,
        executed_at: expiresAt,
        expires_at: expiresAt,
        status: 'released',
        owner: null,
        claimed_at: null,
        lease_until: null,
        error: null,
      };
    default:
      return unreachable(event);
  }
}

function outcomeIn(row: IdempotencyRow, status: 'completed' | 'failed'): OperationOutcome {
  if (status === 'failed') return { type: 'error', error: storedErrorIn(row) };
  const json = row.result ?? 'null';
  parsed(row, 'result', json);
  return { type: 'result', json };
}

function storedErrorIn(row: IdempotencyRow): StoredError {
  const error = parsed(row, 'error', row.error ?? 'null');
  if (!isStoredError(error)) throw new UnreadableOperationError(row.operation_key, 'error', String(row.error));
  return error;
}

function isStoredError(value: unknown): value is StoredError {
  if (typeof value !== 'object' || value === null || !('name' in value && 'message' in value && 'facts' in value)) {
    return false;
  }
  const { name, message, facts } = value;
  const { datesMs = {}, isOurs = true } = value as { datesMs?: unknown; isOurs?: unknown };
  const isComplete = typeof name === 'string' && typeof message === 'string' && typeof isOurs === 'boolean';
  return isComplete && [facts, datesMs].every((fields) => typeof fields === 'object' && fields !== null);
}

function parsed(row: IdempotencyRow, column: 'result' | 'error', json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UnreadableOperationError(row.operation_key, column, `not JSON (${cause.message})`);
  }
}

type InstantColumn = 'executed_at' | 'expires_at' | 'claimed_at' | 'lease_until';

function instantIn<Column extends InstantColumn>(
  row: { readonly operation_key: string } & Readonly<Record<Column, unknown>>,
  column: Column,
): number {
  const value: unknown = row[column];
  const atMs = value instanceof Date ? value.getTime() : typeof value === 'string' ? parseInstant(value) : undefined;
  if (atMs === undefined) throw new UnreadableOperationError(row.operation_key, column, JSON.stringify(value));
  return atMs;
}

/** 64-bit columns come as text from some drivers. */
function wholeNumberIn(row: IdempotencyRow, column: 'epoch' | 'version'): number {
  const value = row[column];
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new UnreadableOperationError(row.operation_key, column, JSON.stringify(value));
}
