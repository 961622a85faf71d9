import { EngineClosedError, type Transaction } from '@eros/domain';
import { sqliteDialect } from '../sql/dialect.js';
import type { SqlClock, SqlDatabase, SqlFragment, SqlSession, TransactionOptions } from '../sql/sql-database.js';
import { TransactionScope, type AssertOpen } from '../storage/transaction-scope.js';
import { Turns } from '../storage/turns.js';
import { SqliteChanges } from './sqlite-changes.js';
import { sqliteClock, timeWritten, type SqliteClock } from './sqlite-clock.js';
import { SqliteConnection, type SqliteDriver, type SqliteFile } from './sqlite-connection.js';
import { SqliteTransaction } from './sqlite-transaction.js';

export interface SqliteOptions {
  readonly path: string;
  /** Default `sqlite3`. */
  readonly driver?: SqliteDriver;
  /** How long a call waits for another process's lock. Default 30 s. */
  readonly lockTimeoutMs?: number;
  /** The machine's clock. Tests skew it. */
  readonly clock?: { nowMs(): number };
}

/**
 * An SQLite file with one writer and one reader. Every transaction takes its turn on the writer's connection and begins
 * by taking the file's write lock, so that works which overlap - in this process or in another - run as if one after
 * another. Reads go to a second connection, which sees committed rows only. A `:memory:` database has one connection:
 * there reads wait for the running transaction.
 */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect = sqliteDialect;
  readonly changes = new SqliteChanges(() => this.changeCount());
  private readonly writerTurns = new Turns();
  private readonly scope = new TransactionScope<SqliteTransaction>((session, ...statement) =>
    session.query(...statement),
  );
  private readonly outside = this.sessionBy((work) => this.writerTurns.take(work));
  /** Ahead of waiting transactions: a lease must not run out behind a row of them, each of which is allowed. */
  private readonly ahead = this.sessionBy((work) => this.writerTurns.takeAhead(work));
  readonly apart: SqlSession = {
    all: (sql, params) => this.scope.exit(() => this.ahead.all(sql, params)),
    run: (sql, params) => this.scope.exit(() => this.ahead.run(sql, params)),
    returning: (statement) => this.scope.exit(() => this.ahead.returning(statement)),
    writeNow: (statement) => this.scope.exit(() => this.ahead.writeNow(statement)),
    writeNowIfFree: (statement) => this.scope.exit(() => this.ahead.writeNowIfFree(statement)),
  };
  private lastMs = 0;
  private closing: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    private readonly writer: SqliteConnection,
    private readonly reader: SqliteConnection | undefined,
    private readonly machine: { nowMs(): number },
  ) {}

  static async open(options: SqliteOptions): Promise<SqliteDatabase> {
    const { path, driver = 'sqlite3', lockTimeoutMs = 30_000, clock = { nowMs: Date.now } } = options;
    const file: SqliteFile = { path, driver, lockTimeoutMs };
    const writer = await SqliteConnection.open(file, 'write');
    try {
      const reader = path === ':memory:' ? undefined : await SqliteConnection.open(file, 'read');
      return new SqliteDatabase(path, writer, reader, clock);
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  on(tx?: Transaction): SqlSession {
    return tx ? this.scope.sessionOf(tx) : this.outside;
  }

  isInsideTransaction(): boolean {
    return this.scope.isInside();
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (!options.apart) this.scope.assertOutside();
    this.assertOpen();
    const whole = () => this.inTransaction(work, options.timeoutMs);
    return this.scope.exit(() => (options.apart ? this.writerTurns.takeAhead(whole) : this.writerTurns.take(whole)));
  }

  /** Single statements, each in its turn on the writer's connection. */
  private sessionBy(inTurn: TakeTurn): SqlSession {
    const write: TakeTurn = (statement) => this.refusal() ?? inTurn(statement);
    return {
      all: <Row>(sql: string, params?: readonly unknown[]) =>
        this.reader
          ? (this.refusal() ?? this.reader.all<Row>(sql, params))
          : write(() => this.writer.all<Row>(sql, params)),
      run: (sql, params) => write(() => this.writer.run(sql, params)),
      returning: <Row>(statement: () => SqlFragment) => write(() => this.writer.returning<Row>(statement)),
      writeNow: (statement) => write(() => timeWritten(this.now, statement, this.runAlone)),
      writeNowIfFree: (statement) =>
        this.writerTurns.isFree
          ? write(() => timeWritten(this.now, statement, this.runAloneIfFree))
          : Promise.resolve('busy'),
    };
  }

  private async inTransaction<T>(work: (tx: Transaction) => Promise<T>, timeoutMs: number | undefined): Promise<T> {
    // IMMEDIATE: the lock is taken before anything is read, so what was read still holds when it is written.
    await this.writer.all('BEGIN IMMEDIATE');
    let session: SqliteTransaction | undefined;
    const open = (assertOpen: AssertOpen) => (session = new SqliteTransaction(this.writer, this.now, assertOpen));
    try {
      const result = await this.scope.run(open, work, timeoutMs);
      session?.assertWhole();
      await this.writer.all('COMMIT');
      return result;
    } catch (error) {
      await this.rollBack(error);
      throw error;
    }
  }

  private async rollBack(cause: unknown): Promise<void> {
    try {
      await this.writer.all('ROLLBACK');
    } catch (error) {
      // On a full disk SQLite has rolled back by itself, and says so here.
      if (/no transaction is active/.test(String(error))) return;
      throw new AggregateError([cause, error], 'a transaction failed and could not be rolled back', { cause: error });
    }
  }

  /** Why a single statement may not run now. Each promise on its way costs more than all of this: one that may makes none. */
  private refusal(): Promise<never> | undefined {
    try {
      this.scope.assertOutside();
      this.assertOpen();
      return undefined;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * A number that is another one after each commit of any process. A file's reader is told by SQLite; the one connection of a
   * database in memory counts what it changed itself.
   */
  private async changeCount(): Promise<number> {
    const [row] = await this.apart.all<{ data_version: number }>(
      this.reader ? 'PRAGMA data_version' : 'SELECT total_changes() AS data_version',
    );
    return row?.data_version ?? 0;
  }

  private assertOpen(): void {
    if (this.closing) throw new EngineClosedError(this.path);
  }

  async nowMs(tx?: Transaction): Promise<number> {
    const machineMs = this.machine.nowMs();
    const session = this.on(tx);
    const [row] = await session.all<{ at_ms: number }>('SELECT at_ms FROM eros_clock WHERE id = 1');
    const storedMs = row?.at_ms ?? 0;
    // Nor behind what this process has been told already: outside a transaction nothing is stored.
    const nowMs = Math.max(machineMs, storedMs, this.lastMs);
    this.lastMs = nowMs;
    if (tx && nowMs > storedMs) {
      await session.run(
        'INSERT INTO eros_clock (id, at_ms) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms',
        [nowMs],
      );
    }
    return nowMs;
  }

  clock(): SqlClock {
    return this.now();
  }

  private readonly runAlone: SqliteConnection['runAlone'] = (made, told) => this.writer.runAlone(made, told);
  private readonly runAloneIfFree: SqliteConnection['runAloneIfFree'] = (made, told) =>
    this.writer.runAloneIfFree(made, told);

  private readonly now = (): SqliteClock => {
    this.lastMs = Math.max(this.machine.nowMs(), this.lastMs);
    return sqliteClock(this.lastMs);
  };

  /** Turns a file that was adopted from a rollback journal to the write-ahead log. */
  async useWriteAheadLog(): Promise<void> {
    await this.writerTurns.take(() => this.writer.useWriteAheadLog());
  }

  /** Ends after what was asked for before it; what is asked for later gets `engine_closed`. Twice is fine. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** Statements on a file end by themselves. */
  giveUp(): void {}

  private async end(): Promise<void> {
    this.changes.stop();
    await this.writerTurns.idle();
    await this.reader?.close();
    await this.writer.close();
  }
}

type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>;
