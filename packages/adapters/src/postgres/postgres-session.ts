import { TransactionConflictError } from '@eros/domain';
import type pg from 'pg';
import type { SqlClock, SqlFragment, SqlSession, Written } from '../sql/sql-database.js';
import { Turns } from '../storage/turns.js';
import { numberedPlaceholders } from './placeholders.js';
import { isConflict, isStaleStatement, schemaLacking, translatePostgresError } from './postgres-errors.js';
import type { StatementName, StatementNames } from './statement-names.js';
import { refusedValue } from './refused-value.js';
import { typesOn } from './values.js';

/** The longest that a timer of Node waits: 24 days. */
const UNLIMITED_MS = 2 ** 31 - 1;

/**
 * Sends one statement, with the database's own placeholders.
 *
 * @param name keeps it prepared under this name.
 * @param isLong waits for the answer for as long as it takes, whatever the limit of the connection.
 * @throws {TransactionConflictError} {DatabaseUnavailableError} or the server's own error.
 */
export function sendTo(
  client: pg.ClientBase,
  databaseName: string,
  sql: string,
  params: readonly unknown[] = [],
  name?: StatementName,
  isLong = false,
): Promise<pg.QueryResult> {
  const limit = isLong ? { query_timeout: UNLIMITED_MS } : undefined;
  return client
    .query({ name: name?.text, text: sql, values: [...params], types: typesOn(client), ...limit })
    .catch((error: unknown) => {
      if (name !== undefined && isStaleStatement(error)) {
        name.forget();
        throw new TransactionConflictError({ cause: error }); // run again, it needs no change
      }
      if (isConflict(error)) throw new TransactionConflictError({ cause: error });
      throw translatePostgresError(error, databaseName);
    });
}

/**
 * Our own statements, by whatever sends them: what they name and the database does not have is missing in its schema.
 *
 * @throws {SchemaOutdatedError} and what `sendNamed` throws.
 */
export function sessionBy(
  databaseName: string,
  names: StatementNames,
  clock: () => SqlClock,
  sendNamed: (sql: string, params: readonly unknown[], name: StatementName | undefined) => Promise<pg.QueryResult>,
): SqlSession {
  const send = (sql: string, params: readonly unknown[]) => {
    const numbered = numberedPlaceholders(sql);
    return sendNamed(numbered, params, names.of(numbered));
  };
  // No more promises than that: each takes its time, and statements are many.
  const told = <T>(sql: string, params: readonly unknown[], of: (result: pg.QueryResult) => T): Promise<T> =>
    send(sql, params).then(of, (error: unknown) =>
      Promise.reject((schemaLacking(error, databaseName) ?? refusedValue(error, params)) as Error),
    );
  const rows = <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> =>
    told(sql, params, (result) => result.rows as Row[]);
  const returning = <Row>(statement: () => SqlFragment): Promise<Row[]> => {
    const { sql, params } = statement();
    return rows<Row>(sql, params);
  };
  const writeNow = (statement: (clock: SqlClock) => SqlFragment): Promise<number | undefined> => {
    const { sql, params } = statement(clock());
    return told(sql, params, ({ rows: [row] }) => (row as { at_ms: number } | undefined)?.at_ms);
  };
  return {
    all: rows,
    returning,
    writeNow,
    writeNowIfFree: writeNow, // there is no lock on the whole database
    run: (sql, params = []): Promise<Written> => told(sql, params, ({ rowCount }) => ({ affected: rowCount ?? 0 })),
  };
}

/**
 * The session of one transaction on one connection. It is asked just before each statement runs, not when the statement is
 * queued, so nothing that comes late reaches the connection, where by then another transaction may be open.
 */
export class PostgresSession implements SqlSession {
  private readonly turns = new Turns();
  private readonly session: SqlSession;
  private firstFailure: { readonly error: unknown } | undefined;
  private isRunning = false;

  constructor(
    private readonly client: pg.ClientBase | Promise<pg.ClientBase>,
    private readonly databaseName: string,
    names: StatementNames,
    clock: () => SqlClock,
    private readonly assertOpen: () => void,
    private readonly hasLongStatements = false,
  ) {
    this.session = sessionBy(databaseName, names, clock, (...statement) => this.query(...statement));
  }

  all<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    return this.session.all<Row>(sql, params);
  }

  run(sql: string, params?: readonly unknown[]): Promise<Written> {
    return this.session.run(sql, params);
  }

  returning<Row>(statement: () => SqlFragment): Promise<Row[]> {
    return this.session.returning<Row>(statement);
  }

  writeNow(statement: (clock: SqlClock) => SqlFragment): Promise<number | undefined> {
    return this.session.writeNow(statement);
  }

  writeNowIfFree(statement: (clock: SqlClock) => SqlFragment): Promise<number | 'busy' | undefined> {
    return this.session.writeNowIfFree(statement);
  }

  /** One statement as it stands, with placeholders `$1`, `$2`, ... */
  query(sql: string, params: readonly unknown[], name?: StatementName): Promise<pg.QueryResult> {
    return this.turns.take(async () => {
      this.assertOpen();
      this.isRunning = true;
      try {
        return await sendTo(await this.client, this.databaseName, sql, params, name, this.hasLongStatements);
      } catch (error) {
        this.firstFailure ??= { error };
        throw error;
      } finally {
        this.isRunning = false;
      }
    });
  }

  /** Whether the server is busy with a statement of ours. */
  isBusy(): boolean {
    return this.isRunning;
  }

  /**
   * The error that made the transaction one that can only be rolled back, whatever the work made of it: after a failed
   * statement PostgreSQL takes no other, unless the work went back to a savepoint.
   */
  failure(): unknown {
    return this.firstFailure?.error;
  }
}
