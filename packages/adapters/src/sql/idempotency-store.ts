import {
  decideIdempotency,
  formatInstant,
  isSweepable,
  recordAt,
  storedKeyOf,
  UnreadableOperationError,
  type IdempotencyDecision,
  type IdempotencyEvent,
  type IdempotencyRecord,
  type IdempotencyRequest,
  type IdempotencyState,
  type IdempotencyStore,
  type OperationKey,
  type Transaction,
} from '@eros/domain';
import { READ_COLUMNS, stateFromRow, versionOf, type IdempotencyRow } from './idempotency-row.js';
import { insertAtOnce, insertRow, readAtOnce, readRow, replaceRow, updateHeld } from './idempotency-statements.js';
import { KnownTexts } from './known-texts.js';
import { SeenKeys } from './seen-keys.js';
import type { SqlClock, SqlDatabase, SqlSession } from './sql-database.js';

// As text, "2026-01-05 12:00" sorts before "2026-01-05T09:00": this finds some too many, never too few.
const EXPIRED = `SELECT ${READ_COLUMNS} FROM timing_idempotency WHERE expires_at <= ? ORDER BY expires_at LIMIT ? OFFSET ?`;
const DELETE = 'DELETE FROM timing_idempotency WHERE operation_key = ? AND version = ?';

/** Each lost race means that somebody else has written; nobody loses this many in a row. */
const ATTEMPTS_MAX = 100;

/** Each write names the version, or the owner and epoch, that it rests on. */
const LOCKING = { isolation: 'read_committed' } as const;

/** What a row holds when there is none. */
const NONE: IdempotencyState = { status: 'none' };

/**
 * `timing_idempotency`. A claim of a new key is one write, the end of its run another one, a replay one read: each by a
 * statement that tells the time itself and commits alone. A key that was not met here before is tried as a new one first.
 * What such a statement cannot decide - a row that is in the way, a claim that is not the caller's any more - is read,
 * decided and written in a transaction.
 */
export class SqlIdempotencyStore implements IdempotencyStore {
  private readonly seen = new SeenKeys();
  private readonly texts = new KnownTexts();

  constructor(private readonly database: SqlDatabase) {}

  dispatch(id: OperationKey, request: IdempotencyRequest, tx?: Transaction): Promise<IdempotencyDecision> {
    switch (request.type) {
      case 'claim':
        return this.claimAtOnce(tx, id, request);
      case 'renew':
        // Must get through while its owner's transaction is open, and never joins it. It waits for one transaction at most: where it
        // has to wait, it comes as one itself, which also stores the clock if that is due.
        if (tx) return this.updateAtOnce(tx, id, request);
        return this.updateAtOnce(tx, id, request, (made) => this.database.apart.writeNowIfFree(made));
      case 'complete':
      case 'fail':
      case 'release':
        return this.updateAtOnce(tx, id, request);
      case 'forget':
        return this.dispatchAtLength(tx, id, request);
    }
  }

  private updateAtOnce(
    tx: Transaction | undefined,
    id: OperationKey,
    request: HolderRequest,
    write: SqlSession['writeNowIfFree'] = (made) => this.database.on(tx).writeNow(made),
  ): Promise<IdempotencyDecision> {
    const assumed = heldBy(request);
    const event = acceptedAtZero(request, assumed);
    return write((clock) => updateHeld(id, event, request, clock, this.texts)).then((atMs) =>
      typeof atMs === 'number'
        ? decideIdempotency({ atMs, ...request }, assumed)
        : this.dispatchAtLength(tx, id, request),
    );
  }

  private async claimAtOnce(
    tx: Transaction | undefined,
    id: OperationKey,
    request: IdempotencyRequest,
  ): Promise<IdempotencyDecision> {
    const [session, key, event] = [this.database.on(tx), storedKeyOf(id), claimedAtZero(request)];
    const insert = (clock: SqlClock) => insertAtOnce(id, event, clock, this.texts);
    const claimedAt = (atMs: number) => {
      this.seen.add(key);
      return decideIdempotency({ atMs, ...request }, NONE);
    };
    // A key that was never seen here is most likely new. But nobody waits for a writer only to learn that it is not.
    const tried = this.seen.has(key) ? 'busy' : await session.writeNowIfFree(insert);
    if (typeof tried === 'number') return claimedAt(tried);

    const found = await this.readAtOnce(id, tx);
    if (found) {
      this.seen.add(key);
      return refusalOf(request, found.known, found.atMs) ?? this.dispatchAtLength(tx, id, request);
    }
    // Not written though the lock was free: the clock is to be stored first.
    const atMs = tried === 'busy' ? await session.writeNow(insert) : undefined;
    return atMs === undefined ? this.dispatchAtLength(tx, id, request) : claimedAt(atMs);
  }

  /** For what one statement could not decide. */
  private dispatchAtLength(
    tx: Transaction | undefined,
    id: OperationKey,
    request: IdempotencyRequest,
  ): Promise<IdempotencyDecision> {
    if (tx) return this.dispatchIn(tx, id, request);
    const options = { ...LOCKING, apart: request.type === 'renew' };
    return this.database.transaction((own) => this.dispatchIn(own, id, request), options);
  }

  private async dispatchIn(
    tx: Transaction,
    id: OperationKey,
    request: IdempotencyRequest,
  ): Promise<IdempotencyDecision> {
    const session = this.database.on(tx);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const row = await find(session, id);
      const atMs = await this.database.nowMs(tx);
      const decision = decideIdempotency({ atMs, ...request }, row ? stateFromRow(row) : NONE);
      if (decision.type !== 'accepted') return decision;
      const { event } = decision;
      const { sql, params } = row ? replaceRow(id, event, versionOf(row)) : insertRow(id, event);
      if ((await session.run(sql, params)).affected === 1) return decision;
    }
    throw new Error(`bug: lost ${ATTEMPTS_MAX} races in a row for operation key "${storedKeyOf(id)}"`);
  }

  async lookup(id: OperationKey, tx?: Transaction): Promise<IdempotencyRecord | undefined> {
    const found = await this.readAtOnce(id, tx);
    return found && recordAt(id, found.known, found.atMs);
  }

  private async readAtOnce(
    id: OperationKey,
    tx: Transaction | undefined,
  ): Promise<{ known: IdempotencyState; atMs: number } | undefined> {
    const { sql, params } = readAtOnce(id, this.database.clock());
    const [row] = await this.database.on(tx).all<IdempotencyRow & { readonly at_ms: unknown }>(sql, params);
    return row && { known: stateFromRow(row), atMs: Number(row.at_ms) };
  }

  async forget(id: OperationKey, tx?: Transaction): Promise<boolean> {
    const { type } = await this.dispatch(id, { type: 'forget' }, tx);
    return type === 'accepted';
  }

  async sweep(limit = 500, tx?: Transaction): Promise<number> {
    if (!tx) return this.database.transaction((own) => this.sweep(limit, own), LOCKING);
    const atMs = await this.database.nowMs(tx);
    const session = this.database.on(tx);
    const expiredBy = formatInstant(atMs);
    let count = 0;
    let found: number;
    let wanted: number;
    // Rows that stay must not be all that is ever looked at: behind them lie others.
    let staying = 0;
    do {
      wanted = limit - count;
      const rows = await session.all<IdempotencyRow>(EXPIRED, [expiredBy, wanted, staying]);
      found = rows.length;
      staying += found;
      for (const row of rows.filter((expired) => isRowSweepable(expired, atMs))) {
        const { affected } = await session.run(DELETE, [row.operation_key, versionOf(row)]);
        count += affected;
        staying -= affected;
      }
    } while (found === wanted && count < limit);
    return count;
  }
}

/** A command of whoever holds the claim. */
type HolderRequest = Exclude<IdempotencyRequest, { type: 'claim' | 'forget' }>;

async function find(session: SqlSession, id: OperationKey): Promise<IdempotencyRow | undefined> {
  const { sql, params } = readRow(id);
  const [row] = await session.all<IdempotencyRow>(sql, params);
  return row;
}

/**
 * What becomes of a command at the instant 0, in a state in which it is accepted: how far from the time at which a statement
 * runs each instant is that it writes.
 */
function acceptedAtZero(request: IdempotencyRequest, assumed: IdempotencyState): IdempotencyEvent {
  const decision = decideIdempotency({ atMs: 0, ...request }, assumed);
  if (decision.type !== 'accepted') throw new Error(`bug: ${request.type} was answered with ${decision.type}`);
  return decision.event;
}

function claimedAtZero(request: IdempotencyRequest): IdempotencyEvent & { type: 'claimed' } {
  const event = acceptedAtZero(request, NONE);
  if (event.type !== 'claimed') throw new Error(`bug: ${request.type} led to ${event.type}`);
  return event;
}

/** The answer to a claim that found a row, unless it is that the claimant may have it: then the row is to be replaced. */
function refusalOf(
  request: IdempotencyRequest,
  known: IdempotencyState,
  atMs: number,
): IdempotencyDecision | undefined {
  const decision = decideIdempotency({ atMs, ...request }, known);
  return decision.type === 'accepted' ? undefined : decision;
}

/** The state in which a holder's command is accepted. What the command does not look at is left open. */
function heldBy({ owner, epoch }: { owner: string; epoch: number }): IdempotencyState {
  return { status: 'running', owner, epoch, paramsHash: '', claimedAtMs: 0, leaseUntilMs: 0, expiresAtMs: 0 };
}

/** A row that cannot be read stays: whoever uses its key is told. */
function isRowSweepable(row: IdempotencyRow, atMs: number): boolean {
  try {
    versionOf(row); // by which it is deleted
    return isSweepable(stateFromRow(row), atMs);
  } catch (error) {
    if (error instanceof UnreadableOperationError) return false;
    throw error;
  }
}
