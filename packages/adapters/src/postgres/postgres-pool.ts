import type pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DatabaseUnavailableError, UnsupportedDatabaseError } from '@eros/domain';
import { OpenClients } from './open-clients.js';
import { translatePostgresError } from './postgres-errors.js';
import { databaseNameOf } from './postgres-url.js';
import { statementNamesOf, type StatementNames } from './statement-names.js';

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

/**
 * How much longer than the server's own limit an answer is waited for. After that the server is taken for one that answers no more,
 * not even that the time is over: it, or the way to it, is stopped.
 */
const ANSWER_MARGIN_MS = 5_000;
/** How long a connection may be silent before the machine asks whether the other side is still there. */
const KEEP_ALIVE_AFTER_MS = 10_000;

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
    /** Of our own DataSource all; of a borrowed one those that we use at present, and what we opened beside it. */
    private readonly clients = new OpenClients(),
  ) {
    this.statementNames = statementNamesOf(source);
  }
  readonly statementNames: StatementNames;
  private isGivenUp = false;

  static async open(options: PostgresOptions): Promise<PostgresPool> {
    const { url, schema, poolSize = 10, statementTimeoutMs = 30_000, connectionTimeoutMs = 30_000 } = options;
    const name = databaseNameOf(url);
    const settings = [
      'TimeZone=UTC',
      'default_transaction_isolation=read\\ committed',
      ...(schema === undefined ? [] : [`search_path=${schema}`]),
    ];
    const { Client, driver } = await loadDriver();
    const clients = new OpenClients();
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
        query_timeout: statementTimeoutMs + ANSWER_MARGIN_MS,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
        options: settings.map((setting) => `-c ${setting}`).join(' '),
        Client: class extends Client {
          constructor(config?: pg.ClientConfig) {
            super(config);
            clients.addUntilEnd(this);
          }
        },
      } satisfies pg.PoolConfig,
    });
    try {
      await source.initialize();
    } catch (error) {
      // The driver leaves a connection open on which it could not answer the server's questions, such as for a password.
      clients.destroyAll();
      throw translatePostgresError(error, name);
    }
    return new PostgresPool(name, source, true, clients);
  }

  /** @throws {UnsupportedDatabaseError} unless it is of PostgreSQL and open. */
  static borrow(source: DataSource): PostgresPool {
    const { options } = source;
    if (options.type !== 'postgres') throw new UnsupportedDatabaseError(`a DataSource of type ${options.type}`);
    if (!source.isInitialized) throw new UnsupportedDatabaseError('a DataSource that is not initialized');
    return new PostgresPool(nameOf(optionsOf(source)), source, false);
  }

  isOf(source: DataSource): boolean {
    return source === this.source;
  }

  /** @throws {DatabaseUnavailableError} `pool_exhausted` when none comes free in time. */
  lease(): Promise<Lease> {
    return new Promise((resolve, reject) => {
      this.assertAnswering();
      const { master } = this.driver as { master?: pg.Pool };
      if (!master) throw new DatabaseUnavailableError('unreachable', this.databaseName); // its owner has destroyed the DataSource
      // As TypeORM's own query runner does it, without one for each statement.
      master.connect((error, client, release) => {
        if (error) reject(translatePostgresError(error, this.databaseName) as Error);
        else if (client) resolve(this.leaseOf(client, release));
      });
    });
  }

  private leaseOf(client: pg.PoolClient, release: (broken?: boolean) => void): Lease {
    // A connection that breaks while no statement runs says so by an event, which nobody else hears meanwhile.
    client.on('error', heard);
    if (!this.isOwn) this.clients.add(client);
    return {
      client,
      release: (broken) => {
        client.off('error', heard);
        if (!this.isOwn) this.clients.delete(client);
        release(broken !== undefined);
      },
    };
  }

  /** A new connection beside the pool, with the pool's settings. To be ended by the caller. */
  async connect(): Promise<pg.Client> {
    this.assertAnswering();
    const { Client } = await loadDriver();
    const client = new Client(this.connectionOptions);
    this.clients.addUntilEnd(client);
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

  /** Breaks all connections off: whoever waits for an answer is told that there will be none. None is made any more. */
  giveUp(): void {
    this.isGivenUp = true;
    this.clients.destroyAll();
  }

  private assertAnswering(): void {
    if (this.isGivenUp) throw new DatabaseUnavailableError('unreachable', this.databaseName);
  }

  /** Ends our own connections; those of somebody else stay. */
  async close(): Promise<void> {
    if (this.isOwn && this.source.isInitialized) await this.source.destroy();
  }

  /** Secrets included. */
  get connectionOptions(): pg.PoolConfig {
    return optionsOf(this.source);
  }

  private get driver(): PostgresDriver {
    return this.source.driver as PostgresDriver;
  }
}

/** As the pool has them: of the master, where there are replicas, and with what stands in `extra`. */
const optionsOf = ({ driver }: DataSource): pg.PoolConfig =>
  ((driver as PostgresDriver).master as { options: pg.PoolConfig }).options;

const nameOf = ({ connectionString, host = 'localhost', port = 5432, database = '' }: pg.PoolConfig): string =>
  connectionString === undefined ? `${host}:${port}/${database}` : databaseNameOf(connectionString);

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
