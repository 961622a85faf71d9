import {
  acceptedEvents,
  assertSameSaga,
  createdSaga,
  decideSagaClaim,
  evolveSaga,
  formatSagaCursor,
  heldAfter,
  isOpenSaga,
  isTerminalStatus,
  readJournal,
  sagaPageOf,
  SagaLeaseLostError,
  StaleVersionError,
  summarizeSaga,
  UnknownSagaError,
  type DefinitionRef,
  type HeldSaga,
  type NamedSagas,
  type NewSaga,
  type SagaClaimTerms,
  type SagaHolder,
  type SagaDetail,
  type SagaEvent,
  type SagaFilter,
  type SagaLease,
  type SagaPage,
  type SagaRecord,
  type SagaRequest,
  type SagaState,
  type SagaStore,
  type StoredJournal,
  type Transaction,
  type WaitingSagas,
} from '@eros/domain';
import type { MemoryDatabase, MemorySession } from './memory-database.js';

interface Row {
  readonly id: number;
  readonly sagaId: string;
  readonly definition: DefinitionRef;
  readonly epoch: number;
  readonly lease: SagaLease | undefined;
  readonly journalLength: number;
  /** Whether a worker owes it anything. */
  readonly isOpen: boolean;
}

/** One entry, as JSON: what a real database would give back. */
interface JournalRow {
  readonly json: string;
}

export class MemorySagaStore implements SagaStore {
  constructor(private readonly database: MemoryDatabase) {}

  async create(saga: NewSaga, holder: SagaHolder | undefined, tx?: Transaction): Promise<HeldSaga | undefined> {
    const { sagaId, definition } = saga;
    return this.database.write(tx, (session, nowMs) => {
      const stored = rowsOf(session).get(sagaId);
      if (stored) {
        assertSameSaga(detailOf(stored, nowMs, session), saga);
        return undefined;
      }
      const { events, state } = createdSaga(saga, holder, nowMs);
      const id = rowsOf(session).nextId();
      const row: Row = { id, sagaId, definition, epoch: 0, lease: undefined, journalLength: 0, isOpen: true };
      save(row, events, state, holder && isOpenSaga(state) ? leaseFor(holder, nowMs) : undefined, session);
      return holder && heldBy(holder, sagaId, definition, state, nowMs);
    });
  }

  async claim(sagaId: string, terms: SagaClaimTerms, hashes: readonly string[]): Promise<HeldSaga | undefined> {
    return this.database.write(undefined, (session, nowMs) => {
      const row = rowsOf(session).get(sagaId);
      if (!row || !hashes.includes(row.definition.hash)) return undefined;
      const { saga } = journalOf(row, session);
      const decision = decideSagaClaim(saga, row.lease, terms, nowMs);
      if (decision.type === 'refused') return undefined;
      const state = decision.events.reduce(evolveSaga, saga);
      const isClaimed = decision.type === 'claimed';
      save(row, decision.events, state, isClaimed ? leaseFor(terms, nowMs) : undefined, session);
      return isClaimed ? heldBy(terms, sagaId, row.definition, state, nowMs) : undefined;
    });
  }

  async claimable(hashes: readonly string[], limit: number): Promise<string[]> {
    const nowMs = await this.database.nowMs();
    const session = this.database.on();
    return rowsOf(session)
      .values()
      .filter((row) => hashes.includes(row.definition.hash) && isWaiting(row, nowMs))
      .slice(0, limit)
      .map(({ sagaId }) => sagaId);
  }

  async waiting(hashes: readonly string[]): Promise<WaitingSagas[]> {
    const nowMs = await this.database.nowMs();
    const session = this.database.on();
    const found = new Map<string, WaitingSagas>();
    for (const row of rowsOf(session).values()) {
      const { definition } = row;
      if (hashes.includes(definition.hash) || !isWaiting(row, nowMs)) continue;
      found.set(definition.hash, { definition, count: (found.get(definition.hash)?.count ?? 0) + 1 });
    }
    const byHash = [...found.values()].sort((a, b) => (a.definition.hash < b.definition.hash ? -1 : 1));
    return byHash.sort((a, b) => b.count - a.count);
  }

  async append(held: HeldSaga, decide: (nowMs: number) => readonly SagaEvent[], tx?: Transaction): Promise<HeldSaga> {
    return this.database.write(tx, (session, nowMs) => {
      const row = heldRow(held, session);
      if (row.journalLength !== held.state.seq) {
        throw new StaleVersionError(`the journal of saga "${held.sagaId}"`, held.state.seq);
      }
      const events = decide(nowMs);
      const after = heldAfter(held, events, nowMs);
      save(row, events, after.state, isOpenSaga(after.state) ? leaseFor(held, nowMs) : undefined, session);
      return after;
    });
  }

  async renew(held: HeldSaga): Promise<number> {
    return this.database.transaction(
      async (tx) => {
        const nowMs = await this.database.nowMs(tx);
        const session = this.database.on(tx);
        const row = heldRow(held, session);
        rowsOf(session).set(held.sagaId, { ...row, lease: leaseFor(held, nowMs) });
        return row.journalLength;
      },
      { apart: true },
    );
  }

  async release({ sagaId, owner, epoch }: HeldSaga): Promise<void> {
    await this.database.transaction(
      async (tx) => {
        const rows = rowsOf(this.database.on(tx));
        const row = rows.get(sagaId);
        if (row?.lease?.owner === owner && row.epoch === epoch) rows.set(sagaId, { ...row, lease: undefined });
      },
      { apart: true },
    );
  }

  async request(sagaId: string, request: SagaRequest, tx?: Transaction): Promise<void> {
    await this.database.write(tx, (session, nowMs) => {
      const row = rowsOf(session).get(sagaId);
      if (!row) throw new UnknownSagaError(sagaId);
      const { saga } = journalOf(row, session);
      const events = acceptedEvents(sagaId, saga, row.lease, request, nowMs);
      save(row, events, events.reduce(evolveSaga, saga), row.lease, session);
    });
  }

  async find(sagaId: string, tx?: Transaction): Promise<SagaDetail | undefined> {
    const nowMs = await this.database.nowMs(tx);
    const session = this.database.on(tx);
    const row = rowsOf(session).get(sagaId);
    return row && detailOf(row, nowMs, session);
  }

  async records({ sagaIds, atRest = false }: NamedSagas, tx?: Transaction): Promise<SagaRecord[]> {
    const nowMs = await this.database.nowMs(tx);
    const session = this.database.on(tx);
    return [...new Set(sagaIds)].flatMap((sagaId) => {
      const row = rowsOf(session).get(sagaId);
      if (!row) return [];
      const record = recordOf(row, nowMs, session);
      return !atRest || record.stuck || isTerminalStatus(record.status) ? [record] : [];
    });
  }

  async list(filter: SagaFilter = {}, tx?: Transaction): Promise<SagaPage> {
    const { after, limit } = sagaPageOf(filter);
    const nowMs = await this.database.nowMs(tx);
    const session = this.database.on(tx);
    const rank = ({ isStuck, id }: { isStuck: boolean; id: number }): number => (isStuck ? 2 ** 40 : 0) + id;
    const positionOf = ({ id, stuck }: SagaRecord) => ({ id, isStuck: stuck !== undefined });
    const found = rowsOf(session)
      .values()
      .map((row) => recordOf(row, nowMs, session))
      .filter(
        (saga) =>
          (filter.status === undefined || saga.status === filter.status) &&
          (filter.creatorId === undefined || saga.creatorId === filter.creatorId) &&
          (filter.stuck === undefined || (saga.stuck !== undefined) === filter.stuck) &&
          (after === undefined || rank(positionOf(saga)) < rank(after)),
      )
      .sort((a, b) => rank(positionOf(b)) - rank(positionOf(a)));
    const sagas = found.slice(0, limit);
    const last = sagas.at(-1);
    return {
      sagas,
      unreadable: [],
      ...(last && found.length > limit ? { cursor: formatSagaCursor(positionOf(last)) } : {}),
    };
  }
}

const rowsOf = (session: MemorySession) => session.table<Row>('saga_execution_log');
const entriesOf = (session: MemorySession) => session.table<JournalRow>('saga_journal');

function save(
  row: Row,
  events: readonly SagaEvent[],
  state: SagaState,
  lease: SagaLease | undefined,
  session: MemorySession,
): void {
  events.forEach((event, i) =>
    entriesOf(session).set(`${row.sagaId}#${row.journalLength + i + 1}`, { json: JSON.stringify(event) }),
  );
  const journalLength = state.seq;
  rowsOf(session).set(row.sagaId, {
    ...{ ...row, epoch: state.claim.epoch, lease, journalLength, isOpen: isOpenSaga(state) },
  });
}

function journalOf({ sagaId, journalLength }: Row, session: MemorySession): StoredJournal {
  const entries = Array.from({ length: journalLength }, (_, i) => {
    const entry = entriesOf(session).get(`${sagaId}#${i + 1}`);
    if (!entry) throw new Error(`bug: saga "${sagaId}" has no journal entry ${i + 1}`);
    return entry;
  });
  return readJournal(sagaId, entries, ({ json }) => JSON.parse(json) as SagaEvent);
}

function detailOf(row: Row, nowMs: number, session: MemorySession): SagaDetail {
  const { id, sagaId, definition, epoch, lease } = row;
  const { journal, saga } = journalOf(row, session);
  const { creatorId, createdAtMs } = saga;
  const isLeased = lease !== undefined && nowMs < lease.untilMs;
  const held = { id, sagaId, creatorId, createdAtMs, definition, epoch, isLeased, ...(lease ? { lease } : {}) };
  return { ...held, ...summarizeSaga(saga), journal };
}

function recordOf(row: Row, nowMs: number, session: MemorySession): SagaRecord {
  const { journal: _, ...record } = detailOf(row, nowMs, session);
  return record;
}

/** Whether a worker that has its definition could claim it. */
function isWaiting(row: Row, nowMs: number): boolean {
  return row.isOpen && !(row.lease && nowMs < row.lease.untilMs);
}

function heldRow({ sagaId, owner, epoch }: HeldSaga, session: MemorySession): Row {
  const row = rowsOf(session).get(sagaId);
  if (row?.lease?.owner !== owner || row.epoch !== epoch) throw new SagaLeaseLostError(sagaId, owner, epoch);
  return row;
}

const leaseFor = ({ owner, leaseMs }: { owner: string; leaseMs: number }, nowMs: number): SagaLease => ({
  owner,
  untilMs: nowMs + leaseMs,
});

const heldBy = (
  { owner, leaseMs }: SagaClaimTerms,
  sagaId: string,
  definition: DefinitionRef,
  state: SagaState,
  nowMs: number,
): HeldSaga => ({ sagaId, owner, epoch: state.claim.epoch, leaseMs, definition, state, nowMs });
