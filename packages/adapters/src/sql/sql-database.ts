import type { DatabaseClock, Transaction, UnitOfWork } from '@eros/domain';

/** What a write did. */
export interface Written {
  /** Rows inserted, updated or deleted. */
  readonly affected: number;
  /** The identity key of the last inserted row; meaningless after an UPDATE or DELETE. */
  readonly lastId: number;
}

/** Where a store sends its statements: into an open transaction, or straight to the database. Placeholders are `?`. */
export interface SqlSession {
  /** The rows of a query. Outside a transaction it sees committed rows only. */
  all<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Runs one write. Outside a transaction it is one of its own. */
  run(sql: string, params?: readonly unknown[]): Promise<Written>;
}

export interface TransactionOptions {
  /** Rolls back and rejects with `transaction_timeout` when the work takes longer. Default: no limit. */
  readonly timeoutMs?: number;
  /**
   * Allows the transaction inside the work of another one. It never joins that one: it queues behind it, so the outer
   * work must not await it. For breaker and lease writes.
   */
  readonly apart?: boolean;
}

/** An SQL database, as the stores see it. */
export interface SqlDatabase extends UnitOfWork, DatabaseClock {
  /**
   * The session inside `tx`, or, without one, outside any transaction.
   *
   * @throws {ForeignTransactionError} for a handle that another database opened.
   */
  on(tx?: Transaction): SqlSession;
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Whether the calling code runs inside the work of an open transaction. */
  isInsideTransaction(): boolean;
  close(): Promise<void>;
}
