/**
 * An open database transaction, handed to a unit of work. It ends with that work: a later use throws
 * `transaction_closed` and reaches no connection. Pass it on to the calls that accept one, so that they join.
 */
export interface Transaction {
  /**
   * Runs one statement inside the transaction, with the database's own placeholders (`?` on SQLite, `$1` on PostgreSQL).
   *
   * @returns the rows; empty for a statement that returns none.
   * @throws {TransactionClosedError} after the transaction's end.
   * @throws {InvalidSettingsError} for more than one statement, and for COMMIT, ROLLBACK and the like: a work commits by returning, and
   *   rolls back by throwing. Savepoints are its own.
   * @throws {UnsupportedDatabaseError} on the in-memory store, which takes no SQL.
   */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface UnitOfWorkOptions {
  /**
   * Says that the work is a function of what it reads: it may be run again, from the start and in a new transaction, when
   * another one got in its way. Such a work sets everything outside it anew with each run. Where works take turns (SQLite,
   * in memory) it is run once.
   */
  readonly isRepeatable?: boolean;
}

/** Runs work all or nothing. What is promised here is tested by `unitOfWorkContract`. */
export interface UnitOfWork {
  /**
   * Commits what `work` wrote when it resolves, rolls everything back when it rejects, and passes its value or error on.
   * Works that overlap are run as if one after another. Where they do not take turns (PostgreSQL), the database may find
   * that two got in each other's way: then a repeatable one is run again, any other rejects.
   *
   * @throws {TransactionConflictError} when another transaction changed what this one read; nothing was written.
   * @throws {NestedTransactionError} when called inside a transaction's work: pass the open one on instead.
   * @throws {TransactionTimeoutError} when the work outlives the time limit; everything is rolled back.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: UnitOfWorkOptions): Promise<T>;
}

/** A value and the version it was read at. The first saved version is 1. */
export interface Versioned<T> {
  readonly value: T;
  readonly version: number;
}

/**
 * The database's clock, by which leases, expiry and open times are decided: `clock_timestamp()` on PostgreSQL; on SQLite
 * the machine's clock, never behind the last instant stored.
 */
export interface DatabaseClock {
  /** Milliseconds since 1970 UTC. Inside `tx` when one is given. */
  nowMs(tx?: Transaction): Promise<number>;
}
