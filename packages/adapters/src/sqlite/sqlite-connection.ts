import { DatabaseUnavailableError } from '@eros/domain';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import type { SqlSession, Written } from '../sql/sql-database.js';
import { Turns } from '../storage/turns.js';
import { isBusy, translateSqliteError } from './sqlite-errors.js';

export type SqliteDriver = 'sqlite3' | 'better-sqlite3';

export interface SqliteFile {
  /** A path, or `:memory:`. */
  readonly path: string;
  readonly driver: SqliteDriver;
  /** How long to wait for another process's lock before `database_unavailable`. */
  readonly lockTimeoutMs: number;
}

/**
 * One SQLite connection through a TypeORM DataSource without entities. Statements run in the order they were given:
 * the driver's own thread pool may reorder what is sent without waiting.
 */
export class SqliteConnection implements SqlSession {
  private readonly turns = new Turns();

  private constructor(
    private readonly file: SqliteFile,
    private readonly source: DataSource,
    private readonly runner: QueryRunner,
  ) {}

  static async open(file: SqliteFile, access: 'write' | 'read'): Promise<SqliteConnection> {
    const options = await dataSourceOptions(file);
    try {
      const source = await new DataSource(options).initialize();
      const connection = new SqliteConnection(file, source, source.createQueryRunner());
      try {
        await connection.prepare(access);
      } catch (error) {
        await source.destroy();
        throw error;
      }
      return connection;
    } catch (error) {
      throw translateSqliteError(error, file.path);
    }
  }

  private async prepare(access: 'write' | 'read'): Promise<void> {
    // NORMAL: a power cut may lose the last commits, never the file; a killed process loses nothing.
    if (access === 'write') await this.all('PRAGMA journal_mode = WAL');
    await this.all('PRAGMA synchronous = NORMAL');
    await this.all('PRAGMA foreign_keys = ON');
    // What is not UTF-8 text or a known page shows here as "not a database", before anything is written.
    await this.all('SELECT count(*) AS n FROM sqlite_master');
    if (access === 'read') await this.all('PRAGMA query_only = ON');
  }

  async all<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    // TypeORM drops the rows of a statement that begins with "INSERT ", "UPDATE " or "DELETE ": RETURNING needs the space.
    const { records } = await this.send(` ${sql}`, params);
    return records as Row[];
  }

  async run(sql: string, params: readonly unknown[] = []): Promise<Written> {
    const { affected, raw } = await this.send(sql, params);
    return { affected: affected ?? 0, lastId: Number(raw) };
  }

  private send(sql: string, params: readonly unknown[]) {
    return this.turns.take(() => this.patiently(() => this.runner.query(sql, params as unknown[], true)));
  }

  /**
   * Tries again while another process holds the lock. The waiting is ours, not the driver's: a synchronous driver that
   * waits would stop the whole process, and with it whoever is to release the lock.
   */
  private async patiently<T>(statement: () => Promise<T>): Promise<T> {
    for (let waitedMs = 0, waitMs = 1; ; waitedMs += waitMs, waitMs = Math.min(waitMs * 2, 20)) {
      try {
        return await statement();
      } catch (error) {
        if (!isBusy(error) || waitedMs >= this.file.lockTimeoutMs) throw translateSqliteError(error, this.file.path);
      }
      const pauseMs = waitMs * (0.5 + Math.random());
      await new Promise((resume) => setTimeout(resume, pauseMs));
    }
  }

  async close(): Promise<void> {
    await this.turns.idle();
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
