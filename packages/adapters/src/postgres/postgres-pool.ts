import type pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DatabaseUnavailableError, UnsupportedDatabaseError } from '@eros/domain';
import { translatePostgresError } from './postgres-errors.js';
import { databaseNameOf } from './postgres-url.js';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that libpq knows, `sslmode` among them. */
  readonly url: string;
  /** The schema that all names mean. Default: what the server's `search_path` says, mostly `public`. */
  readonly schema?: string;
  /** The most connections at a time, beside the one for leases and breakers. Default 10. */
  readonly poolSize?: number;
  /** The longest that one statement may run. Default 30 s. */
  readonly statementTimeoutMs?: number;
  /** How long a call waits for a connection. Default 30 s. */
  readonly connectionTimeoutMs?: number;
}

/** How long a transaction may hold its locks while its work asks nothing of the database: as long as nobody waits for good. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/** A connection that is ours until it is released. */
export interface Lease {
  readonly client: pg.ClientBase;
  /** @param broken why it must not be used again. */
  release(broken?: unknown): void;
}

/** The connections of a DataSource: of our own, or of somebody else, whose settings then hold. */
export class PostgresPool {
  private constructor(
    /** Host, port and database, without secrets. */
    readonly databaseName: string,
    private readonly source: DataSource,
    private readonly isOwn: boolean,
  ) {}

  static async open(options: PostgresOptions): Promise<PostgresPool> {
    const { url, schema, poolSize = 10, statementTimeoutMs = 30_000, connectionTimeoutMs = 30_000 } = options;
    const name = databaseNameOf(url);
    const settings = [
      'TimeZone=UTC',
      'default_transaction_isolation=read\\ committed',
      ...(schema === undefined ? [] : [`search_path=${schema}`]),
    ];
    const { Client, driver } = await loadDriver();
    const attempts = new Set<pg.Client>();
    let isOpening = true;
    const source = new DataSource({
      type: 'postgres',
      driver,
      url,
      poolSize,
      connectTimeoutMS: connectionTimeoutMs,
      applicationName: 'eros',
      installExtensions: false,
      entities: [],
      synchronize: false,
      logging: false,
      extra: {
        allowExitOnIdle: true, // an engine that nobody closes keeps no process alive
        statement_timeout: statementTimeoutMs,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
        options: settings.map((setting) => `-c ${setting}`).join(' '),
        // The driver leaves a connection open on which it could not answer the server's questions, such as for a password.
        Client: class extends Client {
          constructor(config?: pg.ClientConfig) {
            super(config);
            if (isOpening) attempts.add(this);
          }
        },
      } satisfies pg.PoolConfig,
    });
    try {
      await source.initialize();
    } catch (error) {
      for (const client of attempts) client.end().catch(heard);
      throw translatePostgresError(error, name);
    } finally {
      isOpening = false;
      attempts.clear();
    }
    return new PostgresPool(name, source, true);
  }

  /** @throws {UnsupportedDatabaseError} unless it is of PostgreSQL and open. */
  static borrow(source: DataSource): PostgresPool {
    const { options } = source;
    if (options.type !== 'postgres') throw new UnsupportedDatabaseError(`a DataSource of type ${options.type}`);
    if (!source.isInitialized) throw new UnsupportedDatabaseError('a DataSource that is not initialized');
    const { host = 'localhost', port = 5432, database = '' } = options;
    const name = options.url === undefined ? `${host}:${port}/${database}` : databaseNameOf(options.url);
    return new PostgresPool(name, source, false);
  }

  isOf(source: DataSource): boolean {
    return source === this.source;
  }

  /** @throws {DatabaseUnavailableError} `pool_exhausted` when none comes free in time. */
  async lease(): Promise<Lease> {
    try {
      // The way of TypeORM's own query runner, without one for each statement.
      const taken = await this.driver.obtainMasterConnection();
      const [client, release] = taken as [pg.PoolClient, (broken?: boolean) => void];
      // A connection that breaks while no statement runs says so by an event, which nobody else hears meanwhile.
      client.on('error', heard);
      return {
        client,
        release: (broken) => {
          client.off('error', heard);
          release(broken !== undefined);
        },
      };
    } catch (error) {
      throw translatePostgresError(error, this.databaseName);
    }
  }

  /** A new connection beside the pool, with the pool's settings. To be ended by the caller. */
  async connect(): Promise<pg.Client> {
    const { Client } = await loadDriver();
    const client = new Client(this.connectionOptions);
    client.on('error', heard);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(heard);
      throw translatePostgresError(error, this.databaseName);
    }
  }

  /** Stops whatever statement the connection is running; resolves when the server has been told. */
  async cancel(client: pg.ClientBase): Promise<void> {
    const canceller = await this.connect();
    try {
      await canceller.query('SELECT pg_cancel_backend($1)', [processIdOf(client)]);
    } finally {
      await canceller.end().catch(heard);
    }
  }

  /** Ends our own connections; those of somebody else stay. */
  async close(): Promise<void> {
    if (this.isOwn && this.source.isInitialized) await this.source.destroy();
  }

  /** Secrets included. */
  get connectionOptions(): pg.PoolConfig {
    return (this.driver.master as { options: pg.PoolConfig }).options;
  }

  private get driver(): PostgresDriver {
    return this.source.driver as PostgresDriver;
  }
}

/** Loaded by who needs it: an engine on SQLite starts without. */
async function loadDriver() {
  const { default: driver } = await import('pg');
  return { driver, Client: driver.Client };
}

/** The statement that the broken connection was running, or the next one, tells its caller. */
const heard = (): void => undefined;

function processIdOf(client: pg.ClientBase): number {
  const { processID } = client as pg.ClientBase & { processID: number | null };
  if (processID === null) throw new DatabaseUnavailableError('unreachable', 'of an ended connection');
  return processID;
}
