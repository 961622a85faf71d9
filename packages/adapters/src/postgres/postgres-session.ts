import { TransactionConflictError } from '@eros/domain';
import type pg from 'pg';
import type { SqlSession, Written } from '../sql/sql-database.js';
import { Turns } from '../storage/turns.js';
import { numberedPlaceholders } from './placeholders.js';
import { isConflict, translatePostgresError } from './postgres-errors.js';
import { typesOn } from './values.js';

/**
 * Sends one statement, with the database's own placeholders.
 *
 * @throws {TransactionConflictError} {DatabaseUnavailableError} or the server's own error.
 */
export async function sendTo(
  client: pg.ClientBase,
  databaseName: string,
  sql: string,
  params: readonly unknown[] = [],
): Promise<pg.QueryResult> {
  try {
    return await client.query({ text: sql, values: [...params], types: typesOn(client) });
  } catch (error) {
    if (isConflict(error)) throw new TransactionConflictError({ cause: error });
    throw translatePostgresError(error, databaseName);
  }
}

/** Statements by whatever sends them. */
export function sessionBy(send: (sql: string, params: readonly unknown[]) => Promise<pg.QueryResult>): SqlSession {
  const rows = async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> =>
    (await send(numberedPlaceholders(sql), params)).rows as Row[];
  return {
    all: rows,
    returning: rows,
    run: async (sql, params = []): Promise<Written> => {
      const { rowCount } = await send(numberedPlaceholders(sql), params);
      return { affected: rowCount ?? 0 };
    },
  };
}

/**
 * The session of one transaction on one connection. It is asked just before each statement runs, not when the statement is
 * queued, so nothing that comes late reaches the connection, where by then another transaction may be open.
 */
export class PostgresSession implements SqlSession {
  private readonly turns = new Turns();
  private readonly session = sessionBy((sql, params) => this.query(sql, params));
  private firstFailure: { readonly error: unknown } | undefined;
  private isRunning = false;

  constructor(
    private readonly client: pg.ClientBase | Promise<pg.ClientBase>,
    private readonly databaseName: string,
    private readonly assertOpen: () => void,
  ) {}

  all<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    return this.session.all<Row>(sql, params);
  }

  run(sql: string, params?: readonly unknown[]): Promise<Written> {
    return this.session.run(sql, params);
  }

  returning<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    return this.session.returning<Row>(sql, params);
  }

  /** One statement as it stands, with placeholders `$1`, `$2`, ... */
  query(sql: string, params: readonly unknown[]): Promise<pg.QueryResult> {
    return this.turns.take(async () => {
      this.assertOpen();
      this.isRunning = true;
      try {
        return await sendTo(await this.client, this.databaseName, sql, params);
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
