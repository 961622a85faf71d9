import {
  acceptedEvents,
  assertSameSaga,
  createdSaga,
  decideSagaClaim,
  evolveSaga,
  formatInstant,
  formatSagaCursor,
  heldAfter,
  isOpenSaga,
  readJournal,
  SagaLeaseLostError,
  sagaPageOf,
  StaleVersionError,
  summarizeSaga,
  UnknownSagaError,
  type HeldSaga,
  type NamedSagas,
  type NewSaga,
  type SagaClaimTerms,
  type SagaDetail,
  type SagaEvent,
  type SagaFilter,
  type SagaHolder,
  type SagaLease,
  type SagaPage,
  type SagaRecord,
  type SagaRequest,
  type SagaState,
  type SagaStore,
  type StoredJournal,
  type Transaction,
  UnreadableSagaError,
  type WaitingSagas,
} from '@eros/domain';
import type { Dialect } from './dialect.js';
import { stored, written, type Columns } from './moments.js';
import { KnownTexts } from './known-texts.js';
import type { SqlDatabase } from './sql-database.js';
import { marks, rowsOfMarks } from './statements.js';
import {
  entryJson,
  eventFromRow,
  heldFromRow,
  leaseOf,
  newRowOf,
  rowOf,
  SAGA_COLUMNS,
  sagaFromRow,
  type SagaRow,
} from './saga-rows.js';
import { appendTogether, createTogether, type SagaAddition, type SagaCreation } from './saga-lists.js';
import {
  appendAtOnce,
  createAtOnce,
  OURS,
  timelessWrite,
  type SagaWrite,
  type TimelessWrite,
} from './saga-statements.js';
import { SharedWrites } from './shared-writes.js';

const UNDER_WAY = "'pending', 'in_progress', 'compensating'";
/** Claimable by a worker that has the definition, at the instant that stands for the mark. */
const WAITING = `${OURS} AND stuck = 0 AND (status IN (${UNDER_WAY}) OR requested IS NOT NULL)
  AND (lease_until IS NULL OR lease_until <= ?)`;
type WaitingRow = Pick<SagaRow, 'definition_name' | 'definition_version' | 'definition_hash'> & {
  readonly sagas: number;
};

/** How long after a saga's latest write the next one may come and be one statement still. */
const AT_ONCE_MS = 5_000;

/** Every write names the epoch and the length of the journal, or the owner and epoch, that it rests on. */
const CHECKED = { isolation: 'read_committed' } as const;

/** `saga_execution_log` and `saga_journal`. */
export class SqlSagaStore implements SagaStore {
  private readonly creations: SharedWrites<SagaCreation> | undefined;
  private readonly additions: SharedWrites<SagaAddition> | undefined;

  constructor(private readonly database: SqlDatabase) {
    const { writesInQueries: words } = database.dialect;
    if (!words) return;
    const texts = new KnownTexts();
    this.creations = new SharedWrites(database, {
      alone: ({ saga, write }, clock) => createAtOnce(saga, write, clock, words, texts),
      together: (creations, clock) => createTogether(creations, clock, words),
    });
    this.additions = new SharedWrites(database, {
      alone: ({ held, write }, clock) => appendAtOnce(held, write, clock, words, texts),
      together: (additions, clock) => appendTogether(additions, clock, words),
    });
  }

  async create(saga: NewSaga, holder: SagaHolder | undefined, tx?: Transaction): Promise<HeldSaga | undefined> {
    const writeAt = (atMs: number) => creation(saga, holder, atMs);
    const timeless = () => timelessWrite(writeAt, 0, 1);
    const atMs = await this.atOnce(tx, this.creations, timeless, (write) => ({ saga, write }));
    if (atMs !== undefined) return holder && heldOf(saga, holder, createdSaga(saga, holder, atMs).state, atMs);
    return this.inTransaction(tx, async (own) => {
      const nowMs = await this.database.nowMs(own);
      const { sagaId } = saga;
      const { events, columns, state } = writeAt(nowMs);
      const { names, values, params } = written(columns, stored);
      const { affected } = await this.database.on(own).run(
        `INSERT INTO saga_execution_log (${names.join(', ')}) VALUES (${values.join(', ')})
         ON CONFLICT (saga_id) WHERE ${OURS} DO NOTHING`,
        params,
      );
      if (affected === 0) {
        const stored = await this.find(sagaId, own);
        if (!stored) throw new Error(`bug: saga "${sagaId}" exists and does not`);
        assertSameSaga(stored, saga);
        return undefined;
      }
      await this.write(sagaId, 1, events, own);
      return holder && heldOf(saga, holder, state, nowMs);
    });
  }

  async claim(sagaId: string, terms: SagaClaimTerms, hashes: readonly string[]): Promise<HeldSaga | undefined> {
    return this.database.transaction(async (tx) => {
      const row = await this.row(sagaId, tx, this.database.dialect.forUpdate);
      if (!row || !hashes.includes(row.definition_hash)) return undefined;
      const nowMs = await this.database.nowMs(tx);
      const { saga } = await this.journal(sagaId, tx);
      const decision = decideSagaClaim(saga, leaseOf(row), terms, nowMs);
      if (decision.type === 'refused') return undefined;
      const state = decision.events.reduce(evolveSaga, saga);
      const isClaimed = decision.type === 'claimed';
      const lease = isClaimed ? { owner: terms.owner, untilMs: nowMs + terms.leaseMs } : undefined;
      if (!(await this.update({ sagaId }, saga, rowOf(state, lease), tx))) return undefined;
      await this.write(sagaId, saga.seq + 1, decision.events, tx);
      const { definition } = sagaFromRow(row, nowMs);
      return isClaimed ? heldOf({ sagaId, definition }, terms, state, nowMs) : undefined;
    }, CHECKED);
  }

  async claimable(hashes: readonly string[], limit: number): Promise<string[]> {
    if (hashes.length === 0) return [];
    const nowMs = await this.database.nowMs();
    const rows = await this.database.on().all<{ saga_id: string }>(
      `SELECT saga_id FROM saga_execution_log WHERE ${WAITING} AND definition_hash IN (${marks(hashes.length)})
       ORDER BY id LIMIT ?`,
      [formatInstant(nowMs), ...hashes, limit],
    );
    return rows.map(({ saga_id }) => saga_id);
  }

  async waiting(hashes: readonly string[]): Promise<WaitingSagas[]> {
    const nowMs = await this.database.nowMs();
    const isOther = hashes.length === 0 ? '' : `AND definition_hash NOT IN (${marks(hashes.length)})`;
    const rows = await this.database.on().all<WaitingRow>(
      `SELECT definition_name, definition_version, definition_hash, COUNT(*) AS sagas FROM saga_execution_log
       WHERE ${WAITING} ${isOther} GROUP BY definition_name, definition_version, definition_hash
       ORDER BY sagas DESC, definition_hash`,
      [formatInstant(nowMs), ...hashes],
    );
    return rows.map(({ definition_name: name, definition_version: version, definition_hash: hash, sagas }) => ({
      definition: { name, version, hash },
      count: sagas,
    }));
  }

  async append(held: HeldSaga, decide: (nowMs: number) => readonly SagaEvent[], tx?: Transaction): Promise<HeldSaga> {
    const writeAt = (atMs: number) => addition(held, decide(atMs), atMs);
    const { sagaId, owner, epoch, state: before } = held;
    const timeless = () => timelessWrite(writeAt, held.nowMs, held.nowMs + AT_ONCE_MS);
    const atMs = await this.atOnce(tx, this.additions, timeless, (write) => ({ held, write }));
    if (atMs !== undefined) return heldAfter(held, decide(atMs), atMs);
    return this.inTransaction(tx, async (own) => {
      const { events, columns, after } = writeAt(await this.database.nowMs(own));
      if (!(await this.update(held, before, columns, own))) {
        const row = await this.row(sagaId, own);
        if (row?.owner !== owner || row.epoch !== epoch) throw new SagaLeaseLostError(sagaId, owner, epoch);
        throw new StaleVersionError(`the journal of saga "${sagaId}"`, before.seq);
      }
      await this.write(sagaId, before.seq + 1, events, own);
      return after;
    });
  }

  /**
   * Writes by one statement, which tells the time itself, what does not depend on when it happens between two instants.
   *
   * @returns the time of it; `undefined` when nothing was written, and it takes more than one statement to tell what is to be.
   */
  private atOnce<Item>(
    tx: Transaction | undefined,
    writes: SharedWrites<Item> | undefined,
    timeless: () => TimelessWrite | undefined,
    itemOf: (write: TimelessWrite) => Item,
  ): Promise<number | undefined> | undefined {
    const write = writes && timeless();
    if (!write) return undefined;
    const item = itemOf(write);
    // Inside a transaction that the caller was not given, the session refuses.
    const isInside = tx !== undefined || this.database.isInsideTransaction();
    return isInside ? writes.writeAlone(item, this.database.on(tx)) : writes.write(item);
  }

  async renew({ sagaId, owner, epoch, leaseMs }: HeldSaga): Promise<number> {
    const [row] = await this.database.transaction(
      async (tx) => {
        const untilMs = (await this.database.nowMs(tx)) + leaseMs;
        return this.writeLease(sagaId, { owner, epoch }, { owner, untilMs }, tx);
      },
      { apart: true, ...CHECKED },
    );
    if (!row) throw new SagaLeaseLostError(sagaId, owner, epoch);
    return row.journal_length;
  }

  async release({ sagaId, owner, epoch }: HeldSaga): Promise<void> {
    await this.database.transaction((tx) => this.writeLease(sagaId, { owner, epoch }, undefined, tx), {
      apart: true,
      ...CHECKED,
    });
  }

  async request(sagaId: string, request: SagaRequest, tx?: Transaction): Promise<void> {
    await this.inTransaction(tx, async (own) => {
      const row = await this.row(sagaId, own, this.database.dialect.forUpdate);
      if (!row) throw new UnknownSagaError(sagaId);
      const { saga } = await this.journal(sagaId, own);
      const lease = leaseOf(row);
      const events = acceptedEvents(sagaId, saga, lease, request, await this.database.nowMs(own));
      if (!(await this.update({ sagaId }, saga, rowOf(events.reduce(evolveSaga, saga), lease), own))) {
        throw new StaleVersionError(`the journal of saga "${sagaId}"`, saga.seq);
      }
      await this.write(sagaId, saga.seq + 1, events, own);
    });
  }

  async find(sagaId: string, tx?: Transaction): Promise<SagaDetail | undefined> {
    const row = await this.row(sagaId, tx);
    if (!row) return undefined;
    const nowMs = await this.database.nowMs(tx);
    // Read after the row, so perhaps ahead of it: the summary is the journal's.
    const { journal, saga } = await this.journal(sagaId, tx);
    return { ...heldFromRow(row, nowMs), ...summarizeSaga(saga), journal };
  }

  async records({ sagaIds, atRest = false }: NamedSagas, tx?: Transaction): Promise<SagaRecord[]> {
    if (sagaIds.length === 0) return [];
    const rows = await this.database.on(tx).all<SagaRow>(
      `SELECT ${SAGA_COLUMNS} FROM saga_execution_log WHERE ${OURS} AND saga_id IN (${marks(sagaIds.length)})
       ${atRest ? `AND (stuck = 1 OR status NOT IN (${UNDER_WAY}))` : ''}`,
      sagaIds,
    );
    const nowMs = await this.database.nowMs(tx);
    return rows.map((row) => sagaFromRow(row, nowMs));
  }

  async list(filter: SagaFilter = {}, tx?: Transaction): Promise<SagaPage> {
    const { after, limit } = sagaPageOf(filter);
    const conditions: [string, unknown[]][] = [
      [OURS, []],
      ...(filter.status === undefined ? [] : [['status = ?', [filter.status]] satisfies [string, unknown[]]]),
      ...(filter.creatorId === undefined ? [] : [['creator_id = ?', [filter.creatorId]] satisfies [string, unknown[]]]),
      ...(filter.stuck === undefined ? [] : [['stuck = ?', [filter.stuck ? 1 : 0]] satisfies [string, unknown[]]]),
    ];
    if (after) {
      const stuck = after.isStuck ? 1 : 0;
      conditions.push(['(stuck < ? OR (stuck = ? AND id < ?))', [stuck, stuck, after.id]]);
    }
    const rows = await this.database.on(tx).all<SagaRow>(
      `SELECT ${SAGA_COLUMNS} FROM saga_execution_log
       WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY stuck DESC, id DESC LIMIT ?`,
      [...conditions.flatMap(([, params]) => params), limit + 1],
    );
    const nowMs = await this.database.nowMs(tx);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const sagas: SagaRecord[] = [];
    const unreadable: UnreadableSagaError[] = [];
    for (const row of page) {
      try {
        sagas.push(sagaFromRow(row, nowMs));
      } catch (error) {
        if (!(error instanceof UnreadableSagaError)) throw error;
        unreadable.push(error);
      }
    }
    return {
      ...{ sagas, unreadable },
      ...(last && rows.length > limit ? { cursor: formatSagaCursor({ isStuck: last.stuck === 1, id: last.id }) } : {}),
    };
  }

  /** @param lock so that the journal, read next, is the one that the row sums up. */
  private async row(sagaId: string, tx?: Transaction, lock: Dialect['forUpdate'] = ''): Promise<SagaRow | undefined> {
    const sql = `SELECT ${SAGA_COLUMNS} FROM saga_execution_log WHERE saga_id = ? AND ${OURS}${lock}`;
    return (await this.database.on(tx).all<SagaRow>(sql, [sagaId]))[0];
  }

  private async journal(sagaId: string, tx?: Transaction): Promise<StoredJournal> {
    const sql = 'SELECT entry, at FROM saga_journal WHERE saga_id = ? ORDER BY seq';
    const rows = await this.database.on(tx).all<{ entry: unknown; at: string }>(sql, [sagaId]);
    return readJournal(sagaId, rows, eventFromRow);
  }

  private async write(sagaId: string, from: number, events: readonly SagaEvent[], tx: Transaction): Promise<void> {
    if (events.length === 0) return;
    await this.database.on(tx).run(
      `INSERT INTO saga_journal (saga_id, seq, entry, at) VALUES ${rowsOfMarks(events.length, 4)}`,
      events.flatMap((event, i) => [sagaId, from + i, entryJson(event), formatInstant(event.atMs)]),
    );
  }

  /**
   * One UPDATE that names what it read: the epoch, the length of the journal and, if given, the owner. False: another writer
   * came first.
   */
  private async update(
    { sagaId, owner }: { sagaId: string; owner?: string },
    before: SagaState,
    columns: Columns,
    tx: Transaction,
  ): Promise<boolean> {
    const { names, values, params } = written(columns, stored);
    const { affected } = await this.database.on(tx).run(
      `UPDATE saga_execution_log SET ${names.map((name, i) => `${name} = ${values[i]}`).join(', ')}
       WHERE saga_id = ? AND ${OURS} AND epoch = ? AND journal_length = ?${owner === undefined ? '' : ' AND owner = ?'}`,
      [...params, sagaId, before.claim.epoch, before.seq, ...(owner === undefined ? [] : [owner])],
    );
    return affected === 1;
  }

  private async writeLease(
    sagaId: string,
    { owner, epoch }: Pick<HeldSaga, 'owner' | 'epoch'>,
    lease: SagaLease | undefined,
    tx: Transaction,
  ): Promise<Pick<SagaRow, 'journal_length'>[]> {
    return this.database.on(tx).all(
      `UPDATE saga_execution_log SET owner = ?, lease_until = ?
       WHERE saga_id = ? AND ${OURS} AND owner = ? AND epoch = ? RETURNING journal_length`,
      [...(lease ? [lease.owner, formatInstant(lease.untilMs)] : [null, null]), sagaId, owner, epoch],
    );
  }

  private async inTransaction<T>(tx: Transaction | undefined, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return tx ? work(tx) : this.database.transaction(work, CHECKED);
  }
}

function creation(
  saga: NewSaga,
  holder: SagaHolder | undefined,
  nowMs: number,
): SagaWrite & { readonly state: SagaState } {
  const { events, state } = createdSaga(saga, holder, nowMs);
  const lease = holder && isOpenSaga(state) ? { owner: holder.owner, untilMs: nowMs + holder.leaseMs } : undefined;
  return { events, state, columns: newRowOf(saga, rowOf(state, lease), nowMs) };
}

function addition(
  held: HeldSaga,
  events: readonly SagaEvent[],
  nowMs: number,
): SagaWrite & { readonly after: HeldSaga } {
  const after = heldAfter(held, events, nowMs);
  const lease = isOpenSaga(after.state) ? { owner: held.owner, untilMs: nowMs + held.leaseMs } : undefined;
  return { events, after, columns: rowOf(after.state, lease) };
}

const heldOf = (
  { sagaId, definition }: Pick<HeldSaga, 'sagaId' | 'definition'>,
  { owner, leaseMs }: SagaClaimTerms,
  state: SagaState,
  nowMs: number,
): HeldSaga => ({ sagaId, owner, epoch: state.claim.epoch, leaseMs, definition, state, nowMs });
