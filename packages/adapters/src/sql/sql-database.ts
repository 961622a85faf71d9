import type { ChangeSignal, DatabaseClock, Transaction, UnitOfWork, UnitOfWorkOptions } from '@eros/domain';
import type { Dialect } from './dialect.js';

/** What a write did. */
export interface Written {
  /** Rows inserted, updated or deleted. */
  readonly affected: number;
}

/** Where a store sends its statements: into an open transaction, or straight to the database. Placeholders are `?`. */
export interface SqlSession {
  /** The rows of a query. Outside a transaction it sees committed rows only. */
  all<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Runs one write. Outside a transaction it is one of its own. */
  run(sql: string, params?: readonly unknown[]): Promise<Written>;
  /**
   * Runs one write that ends in RETURNING, and gives its rows. Outside a transaction it is one of its own.
   *
   * @param statement asked for the statement when its turn has come, so that what it says of the time is of then.
   */
  returning<Row>(statement: () => SqlFragment): Promise<Row[]>;
  /**
   * Runs one write that tells the time itself, and gives the time that it told; `undefined` when it has written nothing.
   * Outside a transaction it is one of its own.
   */
  writeNow(statement: (clock: SqlClock) => SqlFragment): Promise<number | undefined>;
  /** The same, or nothing at all where it would have to wait for another writer of the whole database. */
  writeNowIfFree(statement: (clock: SqlClock) => SqlFragment): Promise<number | 'busy' | undefined>;
}

/** A piece of a statement, and what its placeholders stand for. */
export interface SqlFragment {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The database's clock, for statements that tell the time themselves. */
export interface SqlClock {
  /** An expression for the present instant, in ms since 1970 UTC, in a statement that writes none. */
  readonly reading: SqlFragment;
  /** What follows the values of an `INSERT ... SELECT` or an UPDATE in which `ms` or `instant` stand. */
  readonly from: string;
  /**
   * A condition of such a statement. It is false when the clock must be stored first: then the statement writes nothing,
   * and `nowMs` is to be asked in a transaction.
   */
  readonly holds: SqlFragment;
  /** What ends an UPDATE in which they stand, for the database to tell the time that it took. */
  readonly returning: string;
  /**
   * The same for an INSERT, which can tell only what stands in the row: `column` is one that was given `ms(0)`. Nothing where the
   * program knows the time that it gave: SQLite would first copy the row to a table of its own.
   */
  returningOf(column: string): string;
  /** So much after the present instant, or before it, in ms since 1970 UTC. */
  ms(afterMs: number): SqlFragment;
  /** The same, as instants are stored. */
  instant(afterMs: number): SqlFragment;
}

/**
 * What a transaction sees of others that run at the same time, where they can. `serializable`: nothing of them, as if they
 * ran one after another; some of them then fail or are run again. `read_committed`: each statement sees what was
 * committed before it, waits for whoever holds a row that it writes, and does not fail; for work whose statements themselves
 * lock or name what they rest on.
 */
export type Isolation = 'serializable' | 'read_committed';

export interface TransactionOptions extends UnitOfWorkOptions {
  /** Default `serializable`. */
  readonly isolation?: Isolation;
  /** Rolls back and rejects with `transaction_timeout` when the work takes longer. Default: no limit. */
  readonly timeoutMs?: number;
  /**
   * Allows the transaction inside the work of another one. It never joins that one: it waits for its end, so the outer
   * work must not await it, and goes ahead of others that wait. For breaker and lease writes.
   */
  readonly apart?: boolean;
  /** Lets each statement take as long as it needs, where there is a limit: such as building an index, or waiting for who does. */
  readonly hasLongStatements?: boolean;
}

/** An SQL database, as the stores see it. */
export interface SqlDatabase extends UnitOfWork, DatabaseClock {
  /** How statements must be written for it, where databases differ. */
  readonly dialect: Dialect;
  readonly changes: ChangeSignal;
  /**
   * The session inside `tx`, or, without one, outside any transaction.
   *
   * @throws {ForeignTransactionError} for a handle that another database opened.
   */
  on(tx?: Transaction): SqlSession;
  /**
   * Single statements beside every transaction, also when asked for inside the work of one. Where they have to wait for it,
   * they go ahead of all others that do. For breakers and for writes of leases.
   */
  readonly apart: SqlSession;
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** The clock as of now, for one statement: it is not to be kept. */
  clock(): SqlClock;
  /** Whether the calling code runs inside the work of an open transaction. */
  isInsideTransaction(): boolean;
  close(): Promise<void>;
  /**
   * Breaks off whatever waits for an answer of a server, which then rejects with `database_unavailable`: for who is closing, and cannot
   * wait any longer. Nothing happens where the database is a file, which always answers.
   */
  giveUp(): void;
}
