import {
  EngineClosedError,
  ForeignTransactionError,
  NestedTransactionError,
  TransactionConflictError,
  UnsupportedDatabaseError,
  type Transaction,
} from '@eros/domain';
import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { postgresDialect, type PostgresDialect } from '../sql/dialect.js';
import type { SqlClock, SqlDatabase, SqlSession, TransactionOptions } from '../sql/sql-database.js';
import { TransactionScope, type AssertOpen } from '../storage/transaction-scope.js';
import { Turns } from '../storage/turns.js';
import { repeatedWhileInConflict } from './conflicts.js';
import { PostgresChanges } from './postgres-changes.js';
import { isDisconnect, schemaMissing } from './postgres-errors.js';
import { PostgresPool, type Lease, type PostgresOptions } from './postgres-pool.js';
import { PostgresSession, sendTo, sessionBy } from './postgres-session.js';
import { ReservedConnection } from './reserved-connection.js';
import type { StatementName } from './statement-names.js';

const BEGIN = {
  serializable: 'BEGIN ISOLATION LEVEL SERIALIZABLE',
  read_committed: 'BEGIN ISOLATION LEVEL READ COMMITTED',
};

/**
 * A PostgreSQL database by the pool of a TypeORM DataSource, our own or a borrowed one. Transactions run beside each other;
 * serializable ones end as if they had run one after another, or reject with `transaction_conflict`. Leases are
 * written, and breakers written and read, on a connection of their own, which never waits for the pool.
 */
export class PostgresDatabase implements SqlDatabase {
  private readonly scope = new TransactionScope<PostgresSession>(
    async (session, sql, params) => (await session.query(sql, params)).rows,
  );
  private readonly reserved: ReservedConnection;
  private readonly outside: SqlSession;
  readonly apart: SqlSession;
  readonly changes: PostgresChanges;
  private readonly repeated = new Turns();
  private readonly running = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly pool: PostgresPool,
    readonly dialect: PostgresDialect,
  ) {
    this.reserved = new ReservedConnection(pool);
    this.outside = sessionBy(
      pool.databaseName,
      pool.statementNames,
      () => this.clock(),
      (...statement) =>
        this.scope.isInside()
          ? Promise.reject(new NestedTransactionError())
          : this.single((work) => this.leased(work), ...statement),
    );
    this.apart = sessionBy(
      pool.databaseName,
      pool.statementNames,
      () => this.clock(),
      (...statement) => this.single((work) => this.reserved.take(work), ...statement),
    );
    this.changes = new PostgresChanges((tx) => this.on(tx), this.reserved);
  }

  /** @throws {DatabaseUnavailableError} when it cannot be reached or does not let us in. */
  static async open(options: PostgresOptions, dialect: PostgresDialect = postgresDialect): Promise<PostgresDatabase> {
    return new PostgresDatabase(await PostgresPool.open(options), dialect);
  }

  /**
   * On a DataSource of somebody else, which is never closed, and whose settings - `search_path`, time limits, size of the
   * pool - hold. One connection more than its pool has is opened beside it.
   */
  static borrow(source: DataSource, dialect: PostgresDialect = postgresDialect): PostgresDatabase {
    return new PostgresDatabase(PostgresPool.borrow(source), dialect);
  }

  /** Host, port and database, without secrets. */
  get name(): string {
    return this.pool.databaseName;
  }

  /** The schema that holds our tables. @throws {SchemaOutdatedError} when there is none that `search_path` names. */
  async schemaName(): Promise<string> {
    const [row] = await this.on().all<{ name: string | null }>('SELECT current_schema() AS name');
    if (!row?.name) throw schemaMissing(this.name);
    return row.name;
  }

  /**
   * What is done to the connections of a borrowed pool after they are made, such as by a listener for its `connect`, is not done to the
   * one beside it: leases and breakers would be looked for in another schema, or in none.
   *
   * @throws {UnsupportedDatabaseError} when the two do not mean the same schema.
   */
  async assertOneSchema(): Promise<void> {
    const ask = 'SELECT current_schema() AS name';
    const found = await Promise.all(
      [this.on(), this.apart].map((session) => session.all<{ name: string | null }>(ask)),
    );
    const [pool, beside] = found.map(([row]) => row?.name ?? 'none');
    if (pool === beside) return;
    throw new UnsupportedDatabaseError(
      `a DataSource whose pool means the schema "${pool}", and a connection made with its options "${beside}": set search_path in them (extra: { options: '-c search_path=${pool}' }) or by ALTER ROLE, not on connections that are made`,
    );
  }

  /** How its connections are made, secrets included: for a library that opens its own. */
  get connectionOptions(): pg.PoolConfig {
    return this.pool.connectionOptions;
  }

  on(tx?: Transaction): SqlSession {
    return tx ? this.scope.sessionOf(tx) : this.outside;
  }

  isInsideTransaction(): boolean {
    return this.scope.isInside();
  }

  /**
   * A handle on the transaction that an entity manager of the borrowed DataSource has open: it commits and rolls back with it.
   *
   * @throws {ForeignTransactionError} unless the manager is of that DataSource and has a transaction open.
   */
  joinTransaction(manager: EntityManager): Transaction {
    const { queryRunner: runner, connection } = manager;
    if (!runner?.isTransactionActive || !this.pool.isOf(connection)) throw new ForeignTransactionError();
    const client = runner.connect() as Promise<Lease['client']>;
    const isOpen = () => runner.isTransactionActive && !runner.isReleased;
    return this.scope.adopt(
      (assertOpen) => new PostgresSession(client, this.name, this.pool.statementNames, () => this.clock(), assertOpen),
      isOpen,
    );
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (!options.apart) this.scope.assertOutside();
    return this.scope.exit(() => this.tracked(() => this.repeatedly(work, options)));
  }

  private async repeatedly<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    const onConnection = (each: (lease: Lease) => Promise<T>) =>
      options.apart ? this.reserved.take(each) : this.leased(each);
    const once = () => onConnection((lease) => this.inTransaction(lease, work, options));
    if (!options.isRepeatable) return once();
    // Repeated ones of this process run one at a time, so that they are not in each other's way again.
    return repeatedWhileInConflict((isFirst) => (isFirst || options.apart ? once() : this.repeated.take(once)));
  }

  private async inTransaction<T>(
    lease: Lease,
    work: (tx: Transaction) => Promise<T>,
    { isolation = 'serializable', timeoutMs, hasLongStatements = false }: TransactionOptions,
  ): Promise<T> {
    const { client } = lease;
    await sendTo(client, this.name, BEGIN[isolation]);
    let session: PostgresSession | undefined;
    const open = (assertOpen: AssertOpen) =>
      (session = new PostgresSession(
        client,
        this.name,
        this.pool.statementNames,
        () => this.clock(),
        assertOpen,
        hasLongStatements,
      ));
    try {
      if (hasLongStatements) await sendTo(client, this.name, 'SET LOCAL statement_timeout = 0');
      const result = await this.scope.run(open, work, timeoutMs);
      const { command } = await sendTo(client, this.name, 'COMMIT', [], undefined, hasLongStatements);
      // A statement had failed, and the work went on as if it had not: PostgreSQL has rolled back.
      if (command !== 'COMMIT') throw session?.failure() ?? new Error(`bug: COMMIT was answered by ${command}`);
      return result;
    } catch (error) {
      const failure = session?.failure();
      if (isDisconnect(failure)) lease.release(failure);
      else await this.rollBack(lease, session);
      // Whatever the work made of it: what it had read did not hold, so neither does what it concluded.
      throw failure instanceof TransactionConflictError ? failure : error;
    }
  }

  /** A connection on which that fails is given up: the server rolls back when it is gone. */
  private async rollBack({ client, release }: Lease, session: PostgresSession | undefined): Promise<void> {
    try {
      if (session?.isBusy()) await this.pool.cancel(client);
      await sendTo(client, this.name, 'ROLLBACK');
    } catch (error) {
      release(error);
    }
  }

  /**
   * One statement on a connection of its own. One that was in conflict has done nothing, and rests on nothing read before, so it is
   * repeated: on a borrowed connection even a single statement may be serializable.
   */
  private single(
    onConnection: <T>(work: (lease: Lease) => Promise<T>) => Promise<T>,
    sql: string,
    params: readonly unknown[],
    name: StatementName | undefined,
  ) {
    const send = () =>
      repeatedWhileInConflict((isFirst) =>
        onConnection(({ client }) => sendTo(client, this.name, sql, params, isFirst ? name : undefined)),
      );
    return this.scope.exit(() => this.tracked(send));
  }

  private async leased<T>(work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await this.pool.lease();
    let broken: unknown;
    try {
      return await work({ client: lease.client, release: (why) => (broken = why) });
    } catch (error) {
      if (isDisconnect(error)) broken ??= error;
      throw error;
    } finally {
      lease.release(broken);
    }
  }

  async nowMs(tx?: Transaction): Promise<number> {
    const [row] = await this.on(tx).all<{ at_ms: number }>(`SELECT ${this.dialect.nowMs()} AS at_ms`);
    if (!row) throw new Error('bug: the clock has no row');
    return row.at_ms;
  }

  clock(): SqlClock {
    const now = this.dialect.nowMs();
    return {
      reading: { sql: now, params: [] },
      from: `FROM (SELECT ${now} AS at_ms) AS now`, // asked once, so that all instants of a row are of one time
      holds: { sql: 'true', params: [] },
      returning: 'RETURNING now.at_ms',
      returningOf: (column) => `RETURNING ${column} AS at_ms`,
      ms: (afterMs) => ({ sql: 'now.at_ms + ?', params: [afterMs] }),
      instant: (afterMs) => ({ sql: 'to_timestamp((now.at_ms + ?) / 1000.0)', params: [afterMs] }),
    };
  }

  private tracked<T>(work: () => Promise<T>): Promise<T> {
    if (this.closing) return Promise.reject(new EngineClosedError(this.name));
    const promise = work();
    this.running.add(promise);
    const forget = (): void => void this.running.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  /** Ends after what was asked for before it; what is asked for later gets `engine_closed`. Twice is fine. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  giveUp(): void {
    this.pool.giveUp();
  }

  private async end(): Promise<void> {
    await Promise.allSettled(this.running);
    await this.reserved.close();
    await this.pool.close();
  }
}
