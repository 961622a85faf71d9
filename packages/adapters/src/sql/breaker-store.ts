import {
  BREAKERS_CHANGED,
  breakerHealth,
  CALL_SLICE_MS,
  CALL_SLICES_KEPT_MS,
  eventsOf,
  formatInstant,
  newCircuitBreaker,
  RECENT_MS,
  stepBreaker,
  transitionsOf,
  unreadableHealth,
  UnreadableBreakerError,
  type BreakerAnswer,
  type BreakerHealth,
  type BreakerPolicy,
  type BreakerReading,
  type BreakerReadings,
  type BreakerStore,
  type BreakerTransition,
  type ReadableBreakers,
  type CircuitBreaker,
  type FlushedCalls,
  type HistoryQuery,
  type Transaction,
  type UntimedBreakerCommand,
} from '@eros/domain';
import { countedFailure, countFailure, isPlainFailure } from './breaker-failure.js';
import { addToHistory, readHistory } from './breaker-history.js';
import { BREAKER_COLUMNS, breakerFromRow, breakerValues, type BreakerRow } from './breaker-row.js';
import type { SqlDatabase, SqlSession } from './sql-database.js';
import { marks } from './statements.js';

const READ = BREAKER_COLUMNS.join(', ');
const INSERT = `INSERT INTO circuit_breaker_state (${READ}) VALUES (${marks(BREAKER_COLUMNS.length)})
  ON CONFLICT (name) DO NOTHING`;
const [, ...BEHIND_NAME] = BREAKER_COLUMNS;
const UPDATE = `UPDATE circuit_breaker_state SET ${BEHIND_NAME.map((column) => `${column} = ?`).join(', ')} WHERE name = ?`;
const ADD_CALLS = `INSERT INTO circuit_breaker_calls (name, slice_start, success_count, failure_count) VALUES (?, ?, ?, ?)
  ON CONFLICT (name, slice_start) DO UPDATE SET
    success_count = circuit_breaker_calls.success_count + excluded.success_count,
    failure_count = circuit_breaker_calls.failure_count + excluded.failure_count`;

/**
 * `circuit_breaker_state`, `circuit_breaker_transitions` and `circuit_breaker_calls`. A failure that opens nothing is one
 * statement; all else is read, decided and written in a transaction that holds the row.
 */
export class SqlBreakerStore implements BreakerStore {
  constructor(private readonly database: SqlDatabase) {}

  async read(name: string, tx?: Transaction): Promise<BreakerReading> {
    const { session, atMs } = await this.beginReading(tx);
    return { breaker: await find(session, name, atMs), atMs };
  }

  async readAll(tx?: Transaction): Promise<BreakerReadings> {
    const { session, atMs } = await this.beginReading(tx);
    const rows = await session.all<BreakerRow>(`SELECT ${READ} FROM circuit_breaker_state ORDER BY name`);
    const breakers = new Map<string, CircuitBreaker>();
    const unreadable: UnreadableBreakerError[] = [];
    for (const row of rows) {
      try {
        breakers.set(row.name, breakerFromRow(row, atMs));
      } catch (error) {
        if (!(error instanceof UnreadableBreakerError)) throw error;
        unreadable.push(error);
      }
    }
    return { breakers, unreadable, atMs };
  }

  async dispatch(
    name: string,
    command: UntimedBreakerCommand,
    policy: BreakerPolicy,
    tx?: Transaction,
  ): Promise<BreakerAnswer> {
    if (isPlainFailure(command)) {
      const session = tx ? this.database.on(tx) : this.database.apart;
      const count = () => countFailure(name, command, policy, this.database.clock());
      const [row] = await session.returning<BreakerRow>(count);
      if (row) return countedFailure(row);
    }
    return this.locked(name, tx, async (session, stored, atMs, own) => {
      const before = stored ?? newCircuitBreaker(atMs);
      const taken = stepBreaker({ ...command, atMs }, before, policy);
      const events = eventsOf(taken.decision);
      if (events.length > 0 && !(await write(session, name, taken.breaker, stored, atMs))) return undefined;
      const transitions = transitionsOf(name, before, events, command.node);
      await this.addToHistory(session, own, transitions);
      return { ...taken, atMs, transitions };
    });
  }

  async history(name: string, query: HistoryQuery = {}, tx?: Transaction): Promise<BreakerTransition[]> {
    return readHistory(this.database.on(tx), name, query);
  }

  async flushCalls(
    name: string,
    calls: FlushedCalls,
    policy: BreakerPolicy,
    tx?: Transaction,
  ): Promise<BreakerReading> {
    const { closed, successes, failures } = calls;
    return this.locked(name, tx, async (session, stored, atMs, own) => {
      const before = stored ?? newCircuitBreaker(atMs);
      const taken = closed && stepBreaker({ type: 'count_successes', ...closed, atMs }, before, policy);
      const breaker = taken?.breaker ?? before;
      if (breaker !== stored && !(await write(session, name, breaker, stored, atMs))) return undefined;
      if (taken) await this.addToHistory(session, own, transitionsOf(name, before, eventsOf(taken.decision)));
      const sliceStart = formatInstant(atMs - (atMs % CALL_SLICE_MS));
      if (successes + failures > 0) await session.run(ADD_CALLS, [name, sliceStart, successes, failures]);
      const oldest = formatInstant(atMs - CALL_SLICES_KEPT_MS);
      await session.run('DELETE FROM circuit_breaker_calls WHERE name = ? AND slice_start < ?', [name, oldest]);
      return { breaker, atMs };
    });
  }

  async list(tx?: Transaction): Promise<BreakerHealth[]> {
    const { breakers, unreadable } = await this.listReadable(tx);
    return [...breakers, ...unreadable.map(unreadableHealth)].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async listReadable(tx?: Transaction): Promise<ReadableBreakers> {
    const { breakers, unreadable, atMs } = await this.readAll(tx);
    const rows = await this.database.on(tx).all<{ name: string; successes: number; failures: number }>(
      `SELECT name, SUM(success_count) AS successes, SUM(failure_count) AS failures
       FROM circuit_breaker_calls WHERE slice_start >= ? GROUP BY name`,
      [formatInstant(atMs - RECENT_MS)],
    );
    const recent = new Map(rows.map(({ name, ...sums }) => [name, sums]));
    const health = [...breakers].map(([name, breaker]) => {
      const { successes = 0, failures = 0 } = recent.get(name) ?? {};
      return breakerHealth(name, breaker, { successes: Number(successes), failures: Number(failures) }, atMs);
    });
    return { breakers: health, unreadable };
  }

  /**
   * Outside of transactions beside them, as is written: works that hold every connection for long are no reason to take the database
   * for down.
   */
  private async beginReading(tx: Transaction | undefined): Promise<{ session: SqlSession; atMs: number }> {
    const { database } = this;
    if (tx || database.isInsideTransaction()) return { session: database.on(tx), atMs: await database.nowMs(tx) };
    const { sql, params } = database.clock().reading;
    const [row] = await database.apart.all<{ at_ms: number }>(`SELECT ${sql} AS at_ms`, params);
    if (!row) throw new Error('bug: the clock has no row');
    return { session: database.apart, atMs: row.at_ms };
  }

  /** In the transaction that made them: the entries and the news are committed with what they tell of. */
  private async addToHistory(
    session: SqlSession,
    tx: Transaction,
    transitions: readonly BreakerTransition[],
  ): Promise<void> {
    if (transitions.length === 0) return;
    await addToHistory(session, transitions);
    await this.database.changes.publish(BREAKERS_CHANGED, tx);
  }

  /**
   * Runs `work` on the stored breaker, which nobody else changes meanwhile; again when it answers `undefined`, because
   * another writer made the row first.
   */
  private async locked<T>(
    name: string,
    tx: Transaction | undefined,
    work: (
      session: SqlSession,
      stored: CircuitBreaker | undefined,
      atMs: number,
      tx: Transaction,
    ) => Promise<T | undefined>,
  ): Promise<T> {
    const attempt = async (own: Transaction): Promise<T | undefined> => {
      const session = this.database.on(own);
      // An update that changes nothing takes the row's lock on every database; the clock is read once it is held. A row that
      // another writer makes behind it is not locked, so it must not be read: inserting will find that it is there.
      const { affected } = await session.run('UPDATE circuit_breaker_state SET name = name WHERE name = ?', [name]);
      const atMs = await this.database.nowMs(own);
      return work(session, affected > 0 ? await find(session, name, atMs) : undefined, atMs, own);
    };
    for (;;) {
      const result = await (tx
        ? attempt(tx)
        : this.database.transaction(attempt, { apart: true, isolation: 'read_committed' }));
      if (result !== undefined) return result;
    }
  }
}

async function find(session: SqlSession, name: string, atMs: number): Promise<CircuitBreaker | undefined> {
  const [row] = await session.all<BreakerRow>(`SELECT ${READ} FROM circuit_breaker_state WHERE name = ?`, [name]);
  return row && breakerFromRow(row, atMs);
}

/** Whether it was written; `false` when another writer made the row first. */
async function write(
  session: SqlSession,
  name: string,
  breaker: CircuitBreaker,
  stored: CircuitBreaker | undefined,
  atMs: number,
): Promise<boolean> {
  const [, ...values] = breakerValues(name, breaker, atMs);
  const { affected } = stored
    ? await session.run(UPDATE, [...values, name])
    : await session.run(INSERT, [name, ...values]);
  return affected > 0;
}
