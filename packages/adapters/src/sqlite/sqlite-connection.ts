import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseUnavailableError } from '@eros/domain';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { SqlFragment, Written } from '../sql/sql-database.js';
import { Turns } from '../storage/turns.js';
import { isBusy, translateSqliteError, type SentBy } from './sqlite-errors.js';
import { statementsOf, type SqliteStatements } from './sqlite-statements.js';

export type SqliteDriver = 'sqlite3' | 'better-sqlite3';

export interface SqliteFile {
  /** A path, or `:memory:`. */
  readonly path: string;
  readonly driver: SqliteDriver;
  /** How long to wait for another process's lock before `database_unavailable`. */
  readonly lockTimeoutMs: number;
}

/** The transaction that a statement belongs to. */
export interface SqliteTransactionGuard {
  /** Throws, just before a statement would run, if it must not. */
  assertUsable(): void;
  /** SQLite has ended the transaction by itself, with a statement that failed. */
  wasEnded(by: unknown): void;
}

// Short against a transaction (a few ms) would burn a core while waiting; long would leave the lock idle between takers.
const LONGEST_PAUSE_MS = 20;

/**
 * One SQLite connection through a TypeORM DataSource without entities. Statements run in the order they were given:
 * the driver's own thread pool may reorder what is sent without waiting.
 */
export class SqliteConnection {
  private readonly turns = new Turns();

  private constructor(
    private readonly file: SqliteFile,
    private readonly source: DataSource,
    private readonly statements: SqliteStatements,
  ) {}

  static async open(file: SqliteFile, access: 'write' | 'read'): Promise<SqliteConnection> {
    const options = await dataSourceOptions(file);
    try {
      await assertFolder(file);
      const source = await new DataSource(options).initialize();
      const connection = new SqliteConnection(file, source, await statementsOf(source, file.driver));
      try {
        await connection.prepare(access);
      } catch (error) {
        await connection.close();
        throw error;
      }
      return connection;
    } catch (error) {
      throw translateSqliteError(error, file.path);
    }
  }

  private async prepare(access: 'write' | 'read'): Promise<void> {
    await this.all('PRAGMA busy_timeout = 0'); // see again()
    await this.all('PRAGMA foreign_keys = ON');
    // A file that is no database shows here, before anything is written.
    const [known] = await this.all<{ tables: number; ours: number }>(
      `SELECT count(*) AS tables, sum(name = 'eros_migrations' AND sql LIKE '%applied_at%') AS ours FROM sqlite_master`,
    );
    if (access === 'read') {
      await this.all('PRAGMA query_only = ON');
      return;
    }
    // Write-ahead log: readers see committed rows while a transaction is open. It changes the file, so one that holds
    // tables and no record of us is left as it is until it has been adopted.
    const [mode] = await this.all<{ journal_mode: string }>('PRAGMA journal_mode');
    if (known?.tables === 0 || known?.ours || mode?.journal_mode === 'wal') await this.useWriteAheadLog();
  }

  async useWriteAheadLog(): Promise<void> {
    await this.all('PRAGMA journal_mode = WAL');
    // NORMAL: a power cut may lose the last commits, never the file; a killed process loses nothing. Without the log it
    // could lose the file, so there SQLite's own FULL stays.
    await this.all('PRAGMA synchronous = NORMAL');
  }

  all<Row>(sql: string, params: readonly unknown[] = [], inside?: SqliteTransactionGuard): Promise<Row[]> {
    return this.send(() => this.statements.all(sql, params) as Promise<Row[]>, inside);
  }

  /** A statement of a caller's own, in his transaction. */
  query(sql: string, params: readonly unknown[], inside: SqliteTransactionGuard): Promise<unknown[]> {
    return this.send(() => this.statements.all(sql, params), inside, 'caller');
  }

  run(sql: string, params: readonly unknown[] = [], inside?: SqliteTransactionGuard): Promise<Written> {
    return this.send(() => this.statements.run(sql, params), inside);
  }

  returning<Row>(statement: () => SqlFragment, inside?: SqliteTransactionGuard): Promise<Row[]> {
    const send = (): Promise<unknown[]> => {
      const { sql, params } = statement();
      return this.statements.all(sql, params);
    };
    return this.send(send as () => Promise<Row[]>, inside);
  }

  /**
   * `run` for a statement that is made anew whenever it is about to run.
   *
   * @param told what to answer once it has run.
   */
  runMade<T>(made: () => SqlFragment, told: (done: Written) => T, inside?: SqliteTransactionGuard): Promise<T> {
    return this.send(() => this.runOnce(made()).then(told), inside);
  }

  /** `runMade` for whoever has the connection to himself: without waiting for a turn. */
  runAlone<T>(made: () => SqlFragment, told: (done: Written) => T): Promise<T> {
    const statement = () => this.runOnce(made());
    const askedAtMs = performance.now();
    return statement().then(told, (error: unknown) => this.again(statement, askedAtMs, error).then(told));
  }

  /** The same, at once, or not at all when another process holds the lock. */
  runAloneIfFree<T>(made: () => SqlFragment, told: (done: Written) => T): Promise<T | 'busy'> {
    return this.runOnce(made()).then(told, (error: unknown): 'busy' => {
      if (isBusy(error)) return 'busy';
      throw translateSqliteError(error, this.file.path);
    });
  }

  private runOnce({ sql, params }: SqlFragment): Promise<Written> {
    return this.statements.run(sql, params);
  }

  private send<T>(statement: () => Promise<T>, inside?: SqliteTransactionGuard, sentBy?: SentBy): Promise<T> {
    if (!inside) return this.turns.take(() => this.patiently(statement));
    return this.turns.take(async () => {
      inside.assertUsable();
      try {
        return await this.patiently(statement, sentBy);
      } catch (error) {
        // In the same turn: what is in line behind it would be committed alone.
        if (!(await this.isInTransaction())) inside.wasEnded(error);
        throw error;
      }
    });
  }

  /** Asked by beginning one, which fails inside another and changes nothing: not every driver tells. */
  private async isInTransaction(): Promise<boolean> {
    try {
      await this.statements.run('BEGIN', []);
    } catch (error) {
      return /within a transaction/.test(String(error));
    }
    await this.statements.run('ROLLBACK', []);
    return false;
  }

  private patiently<T>(statement: () => Promise<T>, sentBy?: SentBy): Promise<T> {
    const askedAtMs = performance.now();
    return statement().catch((error: unknown) => this.again(statement, askedAtMs, error, sentBy));
  }

  /**
   * Tries again while another process holds the lock. The waiting is ours, not the driver's: a synchronous driver that
   * waits would stop the whole process, and with it whoever is to release the lock.
   */
  private async again<T>(statement: () => Promise<T>, askedAtMs: number, error: unknown, sentBy?: SentBy): Promise<T> {
    let failure = error;
    for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, LONGEST_PAUSE_MS)) {
      const isPatient = performance.now() - askedAtMs < this.file.lockTimeoutMs;
      if (!isBusy(failure) || !isPatient) throw translateSqliteError(failure, this.file.path, sentBy);
      const pauseMs = waitMs * (0.5 + Math.random());
      await new Promise((resume) => setTimeout(resume, pauseMs));
      try {
        return await statement();
      } catch (next) {
        failure = next;
      }
    }
  }

  async close(): Promise<void> {
    await this.turns.idle();
    await this.statements.close();
    if (this.source.isInitialized) await this.source.destroy();
  }
}

/** TypeORM would make the folder: a slip in a path, or a disk that is not mounted, would look like a new database. */
async function assertFolder({ path }: SqliteFile): Promise<void> {
  if (path !== ':memory:') await access(dirname(path));
}

async function dataSourceOptions({ path, driver }: SqliteFile): Promise<DataSourceOptions> {
  const common = { database: path, entities: [], synchronize: false, logging: false };
  if (driver === 'better-sqlite3') {
    const { default: betterSqlite3 } = await load(path, () => import('better-sqlite3'));
    return { ...common, type: 'better-sqlite3', driver: betterSqlite3, timeout: 0 };
  }
  const { default: sqlite3 } = await load(path, () => import('sqlite3'));
  // TypeORM asks for verbose(), which records a stack trace for every statement; errors name the statement anyway.
  return { ...common, type: 'sqlite', driver: { ...sqlite3, verbose: () => sqlite3 } };
}

async function load<Module>(path: string, importDriver: () => Promise<Module>): Promise<Module> {
  try {
    return await importDriver();
  } catch (error) {
    throw new DatabaseUnavailableError('missing_driver', path, { cause: error });
  }
}
