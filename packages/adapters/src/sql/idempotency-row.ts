import {
  formatInstant,
  parseInstant,
  UnreadableOperationError,
  type IdempotencyState,
  type OperationKey,
  type OperationOutcome,
  type StoredError,
} from '@eros/domain';

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

/** The columns of a write, in the order of `idempotencyValues`. The key and the version are the statement's affair. */
export const WRITTEN_COLUMNS = [
  'operation_name',
  'params_hash',
  'result',
  'executed_at',
  'expires_at',
  'status',
  'owner',
  'epoch',
  'claimed_at',
  'lease_until',
  'error',
] as const;

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

/** What is written for a state that a claim has led to. A released key keeps nothing but its epoch. */
export function idempotencyValues(
  { operation }: OperationKey,
  state: Exclude<IdempotencyState, { status: 'none' }>,
): unknown[] {
  const { epoch } = state;
  const expiresAt = formatInstant(state.expiresAtMs);
  switch (state.status) {
    case 'released':
      return [operation, '', null, expiresAt, expiresAt, 'released', null, epoch, null, null, null];
    case 'running': {
      const { paramsHash, owner } = state;
      const [claimedAt, leaseUntil] = [formatInstant(state.claimedAtMs), formatInstant(state.leaseUntilMs)];
      return [operation, paramsHash, null, claimedAt, expiresAt, 'running', owner, epoch, claimedAt, leaseUntil, null];
    }
    case 'done': {
      const { paramsHash, outcome } = state;
      const [claimedAt, doneAt] = [formatInstant(state.claimedAtMs), formatInstant(state.doneAtMs)];
      const [status, result, error] =
        outcome.type === 'result' ? ['completed', outcome.json, null] : ['failed', null, JSON.stringify(outcome.error)];
      return [operation, paramsHash, result, doneAt, expiresAt, status, null, epoch, claimedAt, null, error];
    }
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
  return typeof name === 'string' && typeof message === 'string' && typeof facts === 'object' && facts !== null;
}

function parsed(row: IdempotencyRow, column: 'result' | 'error', json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UnreadableOperationError(row.operation_key, column, `not JSON (${cause.message})`);
  }
}

function instantIn(row: IdempotencyRow, column: 'executed_at' | 'expires_at' | 'claimed_at' | 'lease_until'): number {
  const value = row[column];
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
