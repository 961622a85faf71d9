import {
  DispatchUnavailableError,
  readThrown,
  textOfThrown,
  type Logger,
  type SagaDispatch,
  type Timetable,
  type Transaction,
  type WakeTime,
} from '@eros/domain';
import type { PoolConfig } from 'pg';
import type { ConstructorOptions, Job, PgBoss } from 'pg-boss';
import { BreakableSockets } from './breakable-sockets.js';
import { loadPgBoss } from './load-pg-boss.js';
import { pgBossSchema } from './pg-boss-schema.js';

export interface PgBossOptions {
  /** How to reach the database; pg-boss has connections of its own, two and one that listens. */
  readonly connection: PoolConfig;
  /** The schema of the engine's tables. Those of pg-boss have one of their own beside it, made if it is missing. */
  readonly engineSchema: string;
  /** How many wake-ups this process has in hand at once. */
  readonly concurrency: number;
  readonly logger: Logger;
}

const CONNECTIONS = 2;
const WAKE_UPS = 'eros_saga_wake_ups';
const timetableQueue = (name: string): string => `eros_timetable_${name}`;

/** Of one wake-up: taking a saga up is quick. Longer, and it is handed out again, which is harmless. */
const EXPIRES_S = 60;
/** Of one piece of work by the timetable. */
const WORK_EXPIRES_S = 4 * 3_600;
/** Work that failed is tried again after a minute, then after two, four, eight: what is in its way may last. */
const WORK_RETRIES = { retryLimit: 5, retryDelay: 60, retryBackoff: true };
/** A process that was killed at it is taken for gone after so long. */
const WORK_HEARTBEAT_S = 60;
/** How long what was done is kept: for looking into, not for working. */
const KEPT_S = 3_600;
/** The shortest that pg-boss allows. */
const POLL_EVERY_S = 0.5;

const mayNot = (error: unknown): boolean => readThrown(error, 'code') === '42501';

/**
 * Wake-ups and the timetable by pg-boss, in tables of its own beside the engine's. A wake-up is written in the transaction of
 * whoever wakes. Everything it might get wrong - twice, late, lost - the epoch and the sweep put right.
 */
export class PgBossDispatch implements SagaDispatch, Timetable {
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly boss: PgBoss,
    private readonly sockets: BreakableSockets,
    private readonly options: PgBossOptions,
  ) {}

  /** @throws {DispatchUnavailableError} when pg-boss is not installed, or cannot make its tables. */
  static async open(options: PgBossOptions): Promise<PgBossDispatch> {
    const { PgBoss } = await loadPgBoss();
    const { logger } = options;
    const schema = pgBossSchema(options.engineSchema);
    const start = async (createSchema: boolean): Promise<PgBossDispatch> => {
      const sockets = new BreakableSockets();
      const boss = new PgBoss({
        ...({ ...options.connection, stream: sockets.make } as ConstructorOptions),
        ...{ schema, createSchema, max: CONNECTIONS, application_name: 'eros pg-boss', useListenNotify: true },
      });
      boss.on('error', (error) => logger.warn({ error }, 'pg-boss: what it misses, the sweep finds'));
      try {
        await boss.start();
        const queue = { expireInSeconds: EXPIRES_S, deleteAfterSeconds: KEPT_S, retryLimit: 3, notify: true };
        await boss.createQueue(WAKE_UPS, queue);
        return new PgBossDispatch(boss, sockets, options);
      } catch (error) {
        await boss.stop({ graceful: false }).catch(() => undefined); // the first error is told
        throw error;
      }
    };
    try {
      return await start(true).catch(async (error: unknown) => {
        // PostgreSQL asks for the right to make a schema also where it is there already: somebody may have made it for us.
        if (!mayNot(error)) throw error;
        return start(false).catch(() => Promise.reject(error));
      });
    } catch (error) {
      const problem = textOfThrown(readThrown(error, 'message') ?? error);
      const advice = mayNot(error)
        ? ': grant the role CREATE on the database once, or make the schema for it with CREATE SCHEMA ... AUTHORIZATION'
        : '';
      const told = `its schema "${schema}" cannot be made or used (${problem})${advice}`;
      throw new DispatchUnavailableError('pg-boss', told, { cause: error });
    }
  }

  async wake(sagaId: string, { notBeforeMs, priority = 0 }: WakeTime = {}, tx?: Transaction): Promise<void> {
    await this.boss.send(
      WAKE_UPS,
      { sagaId },
      {
        priority,
        ...(notBeforeMs === undefined ? {} : { startAfter: new Date(notBeforeMs) }),
        ...(tx === undefined
          ? {}
          : { db: { executeSql: async (sql: string, params?: unknown[]) => ({ rows: await tx.query(sql, params) }) } }),
      },
    );
  }

  async listen(take: (sagaId: string) => Promise<void>): Promise<() => Promise<void>> {
    const { concurrency } = this.options;
    const polling = {
      ...{ pollingIntervalSeconds: POLL_EVERY_S, notifyPollingIntervalSeconds: POLL_EVERY_S },
      // A batch of one is always full.
      ...(concurrency > 1 ? { batchSize: concurrency, burstWhenBatchFull: true } : {}),
    };
    await this.boss.work<{ sagaId: string }>(WAKE_UPS, polling, async (jobs: Job<{ sagaId: string }>[]) => {
      await Promise.all(jobs.map(({ data }) => take(data.sagaId)));
    });
    return () => this.boss.offWork(WAKE_UPS, { wait: true });
  }

  async plan(name: string, cron: string, timeZone: string, work: () => Promise<void>): Promise<void> {
    const queue = timetableQueue(name);
    // Missed occurrences of a fleet that was down are made up for by one.
    const limits = { expireInSeconds: WORK_EXPIRES_S, heartbeatSeconds: WORK_HEARTBEAT_S, deleteAfterSeconds: KEPT_S };
    await this.boss.createQueue(queue, { ...limits, ...WORK_RETRIES });
    await this.boss.work(queue, { pollingIntervalSeconds: POLL_EVERY_S, batchSize: 1 }, work);
    await this.boss.schedule(queue, cron, null, { tz: timeZone, missed: 'once' });
  }

  async cancel(name: string): Promise<void> {
    await this.boss.unschedule(timetableQueue(name));
  }

  close(): Promise<void> {
    this.closing ??= this.boss.stop({ graceful: true, timeout: 5_000 });
    return this.closing;
  }

  /** Breaks off all connections and makes no other, for who is closing and gets no answer: they would keep the process alive. */
  giveUp(): void {
    this.sockets.giveUp();
    this.closing ??= this.boss.stop({ graceful: false });
    this.closing.catch((error: unknown) => this.options.logger.warn({ error }, 'pg-boss was given up in the middle'));
  }
}
