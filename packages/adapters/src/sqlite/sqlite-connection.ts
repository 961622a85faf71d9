import { DatabaseUnavailableError } from '@eros/domain';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { SqlFragment, Written } from '../sql/sql-database.js';
import { Turns } from '../storage/turns.js';
import { isBusy, translateSqliteError } from './sqlite-errors.js';
import { statementsOf, type SqliteStatements } from './sqlite-statements.js';

export type SqliteDriver = 'sqlite3' | 'better-sqlite3';

export interface SqliteFile {
  /** A path, or `:memory:`. */
  readonly path: string;
  readonly driver: SqliteDriver;
  /** How long to wait for another process's lock before `database_unavailable`. */
  readonly lockTimeoutMs: number;
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
    await this.all('PRAGMA busy_timeout = 0'); // see patiently()
    await this.all('PRAGMA foreign_keys = ON');
    // A file that is no database shows here, before anything is written.
    const [known] = await this.all<{ tables: number; ours: number }>(
      `SELECT count(*) AS tables, sum(name = 'eros_migrations') AS ours FROM sqlite_master`,
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

  /** @param assertAllowed throws, just before the statement would run, if it must not. */
  all<Row>(sql: string, params: readonly unknown[] = [], assertAllowed?: () => void): Promise<Row[]> {
    return this.send(() => this.statements.all(sql, params) as Promise<Row[]>, assertAllowed);
  }

  /** @param assertAllowed throws, just before the statement would run, if it must not. */
  run(sql: string, params: readonly unknown[] = [], assertAllowed?: () => void): Promise<Written> {
    return this.send(() => this.statements.run(sql, params), assertAllowed);
  }

  /** @param assertAllowed throws, just before the statement would run, if it must not. */
  returning<Row>(statement: () => SqlFragment, assertAllowed?: () => void): Promise<Row[]> {
    const send = (): Promise<unknown[]> => {
      const { sql, params } = statement();
      return this.statements.all(sql, params);
    };
    return this.send(send as () => Promise<Row[]>, assertAllowed);
  }

  /**
   * `run` for a statement that is made anew whenever it is about to run.
   *
   * @param assertAllowed throws, just before, if it must not.
   */
  runMade(made: () => SqlFragment, assertAllowed?: () => void): Promise<Written> {
    return this.send(() => this.runOnce(made()), assertAllowed);
  }

  /** `runMade` for whoever has the connection to himself: without waiting for a turn. */
  runAlone(made: () => SqlFragment): Promise<Written> {
    return this.patiently(() => this.runOnce(made()));
  }

  /** The same, at once, or not at all when another process holds the lock. */
  async runAloneIfFree(made: () => SqlFragment): Promise<Written | 'busy'> {
    try {
      return await this.runOnce(made());
    } catch (error) {
      if (isBusy(error)) return 'busy';
      throw translateSqliteError(error, this.file.path);
    }
  }

  private runOnce({ sql, params }: SqlFragment): Promise<Written> {
    return this.statements.run(sql, params);
  }

  private send<T>(statement: () => Promise<T>, assertAllowed?: () => void): Promise<T> {
    return this.turns.take(() => this.patiently(statement, assertAllowed));
  }

  /**
   * Tries again while another process holds the lock. The waiting is ours, not the driver's: a synchronous driver that
   * waits would stop the whole process, and with it whoever is to release the lock.
   */
  private async patiently<T>(statement: () => Promise<T>, assertAllowed?: () => void): Promise<T> {
    assertAllowed?.();
    const askedAtMs = performance.now();
    for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await statement();
      } catch (error) {
        const isPatient = performance.now() - askedAtMs < this.file.lockTimeoutMs;
        if (!isBusy(error) || !isPatient) throw translateSqliteError(error, this.file.path);
      }
      const pauseMs = waitMs * (0.5 + Math.random());
      await new Promise((resume) => setTimeout(resume, pauseMs));
    }
  }

  async close(): Promise<void> {
    await this.turns.idle();
    await this.statements.close();
    if (this.source.isInitialized) await this.source.destroy();
  }
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
