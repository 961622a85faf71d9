import { DatabaseUnavailableError } from '@eros/domain';
import type { SqlClock, SqlFragment, SqlSession, Written } from '../sql/sql-database.js';
import type { AssertOpen } from '../storage/transaction-scope.js';
import { timeWritten, type SqliteClock } from './sqlite-clock.js';
import type { SqliteConnection, SqliteTransactionGuard } from './sqlite-connection.js';

/**
 * The session of one transaction on the writer's connection. It is asked just before each statement runs, not when the
 * statement is queued, so nothing that comes late reaches the connection, where by then another transaction may be open.
 */
export class SqliteTransaction implements SqlSession, SqliteTransactionGuard {
  private fault: { readonly error: unknown } | undefined;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly clock: () => SqliteClock,
    private readonly assertOpen: AssertOpen,
  ) {}

  all<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    return this.watched(this.connection.all<Row>(sql, params, this));
  }

  /** A statement of the caller's own: a write gives no rows. */
  query(sql: string, params: readonly unknown[]): Promise<unknown[]> {
    return this.watched(this.connection.query(sql, params, this));
  }

  run(sql: string, params?: readonly unknown[]): Promise<Written> {
    return this.watched(this.connection.run(sql, params, this));
  }

  returning<Row>(statement: () => SqlFragment): Promise<Row[]> {
    return this.watched(this.connection.returning<Row>(statement, this));
  }

  writeNow(statement: (clock: SqlClock) => SqlFragment): Promise<number | undefined> {
    const run = <T>(made: () => SqlFragment, told: (done: Written) => T) => this.connection.runMade(made, told, this);
    return this.watched(timeWritten(this.clock, statement, run));
  }

  writeNowIfFree(statement: (clock: SqlClock) => SqlFragment): Promise<number | undefined> {
    return this.writeNow(statement); // the lock is ours already
  }

  /**
   * Throws what made the transaction unusable. On a full disk, a failed read, or a statement that says so (`INSERT OR ROLLBACK`)
   * SQLite has rolled back by itself: what the work wrote after that would be committed alone, statement by statement.
   */
  assertWhole(): void {
    if (this.fault) throw this.fault.error;
  }

  assertUsable(): void {
    this.assertOpen();
    this.assertWhole();
  }

  wasEnded(by: unknown): void {
    this.fault ??= { error: by };
  }

  private async watched<T>(statement: Promise<T>): Promise<T> {
    try {
      return await statement;
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) this.fault ??= { error };
      throw error;
    }
  }
}
