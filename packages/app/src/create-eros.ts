import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { SqlDatabase } from '@eros/adapters';
import { InvalidSettingsError, UnsupportedDatabaseError, type Logger } from '@eros/domain';
import { Container } from 'inversify';
import { bindings } from './bindings.js';
import type { Schedule } from './breaker/schedule.js';
import { openEngineDatabase } from './engine-database.js';
import type { Eros } from './eros.js';
import { checkHealth } from './health.js';
import type { ErosOptions } from './options.js';
import { assembleServices, DEFAULT_LEASE_MS, DEFAULT_TRANSACTION_TIMEOUT_MS, type Services } from './services.js';
import { storageModule } from './storage-module.js';
import { surroundingsModule } from './surroundings-module.js';

/** How often a started engine deletes idempotency records that have expired. */
const SWEEP_EVERY_MS = 10 * 60_000;

/**
 * Opens an engine: by default on the file `./eros.db`, which is made and migrated as needed.
 *
 * @example
 * const eros = await createEros({ database: { type: 'sqlite', path: './eros.db' } });
 * const week = await eros.schedules.planWeek({ creatorId: 'c-001', weekStart: '2026-11-23' });
 * await eros.close();
 *
 * @throws {InvalidSettingsError} for an option that cannot be.
 * @throws {DatabaseUnavailableError} when the database is locked, read-only, damaged, full, or none.
 * @throws {SchemaOutdatedError} when `migrate` is `verify` and something is pending.
 * @throws {SchemaNewerError} when a newer program wrote the database.
 * @throws {SchemaConflictError} when its tables cannot be ours.
 */
export async function createEros(options: ErosOptions = {}): Promise<Eros> {
  const timeoutMs = transactionTimeoutMs(options);
  const { database, migrator } = await openEngineDatabase(options);
  try {
    const container = new Container();
    await container.loadAsync(surroundingsModule(options), storageModule(database), ...(options.modules ?? []));
    const node = options.node ?? `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
    const services = await assembleServices(container, database, { ...options, node });
    const lifetime = new Lifetime(services, database, container.get(bindings.schedule), container.get(bindings.logger));
    return {
      ...services,
      transaction: (work) => database.transaction(work, { timeoutMs }),
      joinTransaction: () => {
        throw new UnsupportedDatabaseError(
          'the engine has connections of its own to an SQLite file, which cannot join yours: use eros.transaction instead',
        );
      },
      start: () => lifetime.start(),
      health: () => checkHealth(database, migrator, services),
      close: (closing) => lifetime.close(closing),
      [Symbol.asyncDispose]: () => lifetime.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The limit of transactions handed to user code. Under a third of the lease, so that no lease ends behind one. */
function transactionTimeoutMs({ leaseMs = DEFAULT_LEASE_MS, transactionTimeoutMs: given }: ErosOptions): number {
  if (!Number.isSafeInteger(leaseMs) || leaseMs < 100) {
    throw new InvalidSettingsError('leaseMs', String(leaseMs), 'whole milliseconds from 100');
  }
  const longest = Math.ceil(leaseMs / 3) - 1;
  if (given === undefined) return Math.min(DEFAULT_TRANSACTION_TIMEOUT_MS, longest);
  if (!Number.isSafeInteger(given) || given < 1 || given > longest) {
    throw new InvalidSettingsError(
      'transactionTimeoutMs',
      String(given),
      `whole milliseconds from 1 to ${longest}, under a third of leaseMs`,
    );
  }
  return given;
}

/** Starts and ends what runs behind the calls. */
class Lifetime {
  private cancelSweep: () => void = () => undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly services: Services,
    private readonly database: SqlDatabase,
    private readonly schedule: Schedule,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    await this.services.sagas.start();
    this.sweepLater();
  }

  private sweepLater(): void {
    this.cancelSweep();
    if (this.closing) return;
    this.cancelSweep = this.schedule(() => {
      this.services.idempotency
        .sweep()
        .catch((error: unknown) =>
          this.logger.warn({ error }, 'sweeping idempotency records failed; the next sweep tries again'),
        )
        .finally(() => this.sweepLater());
    }, SWEEP_EVERY_MS);
  }

  close(options: { timeoutMs?: number } = {}): Promise<void> {
    this.closing ??= this.closeAll(options);
    return this.closing;
  }

  private async closeAll(options: { timeoutMs?: number }): Promise<void> {
    this.cancelSweep();
    await this.services.sagas.close(options);
    await this.services.idempotency.close();
    await this.services.breakers.close();
    await this.database.close();
  }
}
