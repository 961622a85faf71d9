import { QueryFailedError, type DataSource } from 'typeorm';
import type { Written } from '../sql/sql-database.js';
import { KeptStatements } from './kept-statements.js';
import type { SqliteDriver } from './sqlite-connection.js';

/** What runs statements on one connection, one at a time. */
export interface SqliteStatements {
  /** The rows of any statement, none if it gives none. */
  all(sql: string, params: readonly unknown[]): Promise<unknown[]>;
  run(sql: string, params: readonly unknown[]): Promise<Written>;
  /** Before the connection is closed, which open statements would keep it from. */
  close(): Promise<void>;
}

/** The statements of a DataSource's connection, sent by its driver and not by TypeORM, which prepares each anew. */
export async function statementsOf(source: DataSource, driver: SqliteDriver): Promise<SqliteStatements> {
  const connection: unknown = await source.createQueryRunner().connect();
  return driver === 'sqlite3'
    ? statementsOfSqlite3(connection as Sqlite3Connection)
    : statementsOfBetterSqlite3(connection as BetterSqlite3Connection);
}

/** As much of the driver `sqlite3` as is used. */
interface Sqlite3Connection {
  prepare(sql: string, done: (error: Error | null) => void): Sqlite3Statement;
}
interface Sqlite3Statement {
  all(params: readonly unknown[], done: (error: Error | null, rows: unknown[]) => void): void;
  run(params: readonly unknown[], done: (this: { readonly changes: number }, error: Error | null) => void): void;
  finalize(done: () => void): void;
}

function statementsOfSqlite3(connection: Sqlite3Connection): SqliteStatements {
  const kept = new KeptStatements<Sqlite3Statement>((statement) => new Promise((done) => statement.finalize(done)));
  const prepared = async (sql: string) => {
    const statement = await new Promise<Sqlite3Statement>((resolve, reject) => {
      const made = connection.prepare(sql, (error) => (error ? reject(error) : resolve(made)));
    });
    return kept.keep(sql, statement);
  };
  // One promise for a statement that is kept: each takes its time, and statements are many.
  const use = <T>(
    sql: string,
    params: readonly unknown[],
    work: (statement: Sqlite3Statement, resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown) => void kept.drop(sql).then(() => reject(failed(sql, params, error) as Error));
      const run = (statement: Sqlite3Statement) => {
        try {
          work(statement, resolve, fail);
        } catch (error) {
          fail(error);
        }
      };
      const statement = kept.get(sql);
      if (statement) run(statement);
      else prepared(sql).then(run, fail);
    });
  return {
    all: (sql, params) =>
      use(sql, params, (statement, resolve, reject) =>
        statement.all(params, (error, rows) => (error ? reject(error) : resolve(rows))),
      ),
    run: (sql, params) =>
      use(sql, params, (statement, resolve, reject) =>
        statement.run(params, function (error) {
          if (error) reject(error);
          else resolve({ affected: this.changes });
        }),
      ),
    close: () => kept.close(),
  };
}

/** As much of the driver `better-sqlite3` as is used. */
interface BetterSqlite3Connection {
  prepare(sql: string): BetterSqlite3Statement;
}
interface BetterSqlite3Statement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  all(...params: readonly unknown[]): unknown[];
  run(...params: readonly unknown[]): { readonly changes: number };
}

function statementsOfBetterSqlite3(connection: BetterSqlite3Connection): SqliteStatements {
  const kept = new KeptStatements<BetterSqlite3Statement>(async () => undefined); // ended by the garbage collector
  const use = async <T>(
    sql: string,
    params: readonly unknown[],
    work: (statement: BetterSqlite3Statement) => T,
  ): Promise<T> => {
    try {
      return work(kept.get(sql) ?? (await kept.keep(sql, connection.prepare(sql))));
    } catch (error) {
      await kept.drop(sql);
      throw failed(sql, params, error);
    }
  };
  const write = (statement: BetterSqlite3Statement, params: readonly unknown[]): Written => {
    const { changes } = statement.run(...params);
    return { affected: changes };
  };
  return {
    all: (sql, params) =>
      use(sql, params, (statement) => {
        if (statement.reader) return statement.all(...params);
        write(statement, params);
        return [];
      }),
    run: (sql, params) => use(sql, params, (statement) => write(statement, params)),
    close: () => kept.close(),
  };
}

/** TypeORM's error, with the statement and its parameters in it: what a user of a DataSource knows. */
function failed(sql: string, params: readonly unknown[], error: unknown): unknown {
  return isError(error) ? new QueryFailedError(sql, [...params], error) : error;
}

/** Not asked for its class: a native driver makes its errors where it was first loaded, which may be another realm. */
function isError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error;
}
