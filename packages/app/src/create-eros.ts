import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { EngineClosedError, type Logger } from '@eros/domain';
import { Container } from 'inversify';
import { assertOptions, transactionTimeoutMsOf } from './assert-options.js';
import { bindings } from './bindings.js';
import { closeTimeoutMsOf } from './close-timeout.js';
import type { Schedule } from './breaker/schedule.js';
import { dispatchModule, openDispatch, type EngineDispatch } from './engine-dispatch.js';
import { openEngineDatabase, type EngineDatabase } from './engine-database.js';
import type { Eros } from './eros.js';
import { keepTimetable } from './fleet-timetable.js';
import { checkHealth } from './health.js';
import type { ErosOptions } from './options.js';
import { assembleServices, type Services } from './services.js';
import { storageModule } from './storage-module.js';
import { silentLogger, surroundingsModule } from './surroundings-module.js';

/** How long closing waits for answers beyond the time of works and of a transaction, and for whoever hears that there are none. */
const UNANSWERED_MS = 1_000;
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
 * @throws {InvalidSettingsError} for an option that cannot be; no file is made.
 * @throws {InvalidPackError} for a rule pack that is none; no file is made.
 * @throws {UnsupportedDatabaseError} for anything but SQLite and PostgreSQL.
 * @throws {DatabaseUnavailableError} when the database is locked, read-only, damaged, full, out of reach, or none.
 * @throws {DispatchUnavailableError} when `workers.dispatch` is `pg-boss` and that is not installed, or cannot make its tables.
 * @throws {SchemaOutdatedError} when `migrate` is `verify` and something is pending.
 * @throws {SchemaNewerError} when a newer program wrote the database.
 * @throws {SchemaConflictError} when its tables cannot be ours.
 */
export async function createEros(options: ErosOptions = {}): Promise<Eros> {
  await assertOptions(options);
  const timeoutMs = transactionTimeoutMsOf(options);
  const opened = await openEngineDatabase(options);
  const { database, migrator } = opened;
  let dispatch: EngineDispatch | undefined;
  try {
    dispatch = await openDispatch(options, database, options.logger ?? silentLogger);
    const container = new Container();
    const { modules = [] } = options;
    await container.loadAsync(
      surroundingsModule(options),
      storageModule(database),
      dispatchModule(dispatch),
      ...modules,
    );
    const node = options.node ?? `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
    const services = await assembleServices(container, database, { ...options, node, databaseName: opened.name });
    const [clock, logger] = [container.get(bindings.clock), container.get(bindings.logger)];
    const { timetable } = dispatch;
    const timed = options.workers?.timetable;
    const keepTime = async (): Promise<void> => {
      if (timetable && timed) await keepTimetable(timed, { timetable, services, clock, logger });
    };
    const waiting = [dispatch, database];
    const schedule = container.get(bindings.schedule);
    const lifetime = new Lifetime(services, opened, waiting, schedule, logger, timeoutMs, keepTime);
    return {
      ...services,
      transaction: (work, { isRepeatable = false } = {}) => database.transaction(work, { timeoutMs, isRepeatable }),
      joinTransaction: (manager) => opened.joinTransaction(manager),
      start: () => lifetime.start(),
      health: () => checkHealth(database, migrator, services, container.get(bindings.schedule)),
      close: (closing) => lifetime.close(closing),
      [Symbol.asyncDispose]: () => lifetime.close(),
    };
  } catch (error) {
    await dispatch?.dispatch.close();
    await database.close();
    throw error;
  }
}

/** Starts and ends what runs behind the calls. */
class Lifetime {
  private cancelSweep: () => void = () => undefined;
  private starting: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly services: Services,
    private readonly opened: EngineDatabase,
    /** What may wait for answers of a server. */
    private readonly waiting: readonly { giveUp(): void }[],
    private readonly schedule: Schedule,
    private readonly logger: Logger,
    private readonly transactionTimeoutMs: number,
    private readonly keepTime: () => Promise<void>,
  ) {}

  /** Once, however often it is asked for; what failed may be tried again. */
  async start(): Promise<void> {
    if (this.closing) throw new EngineClosedError(this.opened.name);
    this.starting ??= this.startAll().catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  private async startAll(): Promise<void> {
    await this.services.sagas.start();
    await this.keepTime();
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

  async close(options: { timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = closeTimeoutMsOf(options);
    this.closing ??= this.closeAll(timeoutMs);
    return this.closing;
  }

  /** Closes, but waits for no database for good: one that answers has ended what it may still be at when it is given up. */
  private async closeAll(timeoutMs: number): Promise<void> {
    this.cancelSweep();
    let isGivenUp = false;
    let cancel = (): void => undefined;
    const unanswered = new Promise<void>((resolve) => {
      if (timeoutMs === Infinity) return;
      const giveUp = (): void => {
        isGivenUp = true;
        this.logger.warn({ timeoutMs }, 'closing without the database, which has not answered in time');
        for (const each of this.waiting) each.giveUp();
        cancel = this.schedule(resolve, UNANSWERED_MS);
      };
      cancel = this.schedule(giveUp, timeoutMs + this.transactionTimeoutMs + UNANSWERED_MS);
    });
    try {
      await Promise.race([this.closeParts(timeoutMs), unanswered]);
    } catch (error) {
      if (!isGivenUp) throw error;
      this.logger.warn({ error }, 'what could not be told to the database when closing is lost');
    } finally {
      cancel();
    }
  }

  /** Every part is closed, also behind one that could not be; then its error is told. */
  private async closeParts(timeoutMs: number): Promise<void> {
    const { sagas, idempotency, breakers } = this.services;
    const errors: unknown[] = [];
    const heard = (error: unknown): void => void errors.push(error);
    // Together: whoever closes said how long all of it may take. Sagas are stopped first, so that none is blamed for what is refused.
    await Promise.all([sagas.close({ timeoutMs }).catch(heard), idempotency.close({ timeoutMs }).catch(heard)]);
    await breakers.close().catch(heard);
    await this.opened.database.close().catch(heard);
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'the engine is closed, but parts of it failed to close');
  }
}
