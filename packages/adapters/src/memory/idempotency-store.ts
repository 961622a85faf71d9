import {
  decideIdempotency,
  evolveIdempotency,
  isSweepable,
  recordAt,
  storedKeyOf,
  type IdempotencyDecision,
  type IdempotencyRecord,
  type IdempotencyRequest,
  type IdempotencyState,
  type IdempotencyStore,
  type OperationKey,
  type Transaction,
} from '@eros/domain';
import type { MemoryDatabase, MemorySession } from './memory-database.js';

interface KnownOperation {
  readonly storedKey: string;
  readonly state: IdempotencyState;
}

const operationsIn = (session: MemorySession) => session.table<KnownOperation>('timing_idempotency');

export class MemoryIdempotencyStore implements IdempotencyStore {
  constructor(private readonly database: MemoryDatabase) {}

  async dispatch(id: OperationKey, request: IdempotencyRequest, tx?: Transaction): Promise<IdempotencyDecision> {
    if (tx) return this.dispatchIn(tx, id, request);
    return this.database.transaction((own) => this.dispatchIn(own, id, request), { apart: request.type === 'renew' });
  }

  private async dispatchIn(
    tx: Transaction,
    id: OperationKey,
    request: IdempotencyRequest,
  ): Promise<IdempotencyDecision> {
    const atMs = await this.database.nowMs(tx);
    const operations = operationsIn(this.database.on(tx));
    const storedKey = storedKeyOf(id);
    const known = operations.get(storedKey)?.state ?? { status: 'none' };
    const decision = decideIdempotency({ ...request, atMs }, known);
    if (decision.type === 'accepted') {
      operations.set(storedKey, { storedKey, state: evolveIdempotency(known, decision.event) });
    }
    return decision;
  }

  async lookup(id: OperationKey, tx?: Transaction): Promise<IdempotencyRecord | undefined> {
    const known = operationsIn(this.database.on(tx)).get(storedKeyOf(id));
    return known && recordAt(id, known.state, await this.database.nowMs(tx));
  }

  async forget(id: OperationKey, tx?: Transaction): Promise<boolean> {
    const { type } = await this.dispatch(id, { type: 'forget' }, tx);
    return type === 'accepted';
  }

  async sweep(limit = 500, tx?: Transaction): Promise<number> {
    return this.database.write(tx, (session, atMs) => {
      const operations = operationsIn(session);
      const expired = operations.values().filter(({ state }) => isSweepable(state, atMs));
      const swept = expired.slice(0, limit);
      for (const { storedKey } of swept) operations.delete(storedKey);
      return swept.length;
    });
  }
}
