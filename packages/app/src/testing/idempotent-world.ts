import { createHash } from 'node:crypto';
import { MemoryDatabase, MemoryIdempotencyStore } from '@eros/adapters';
import * as domain from '@eros/domain';
import type { IdempotencyRequest, IdempotencyStore } from '@eros/domain';
import { Idempotency, type IdempotencyOptions } from '../idempotency.js';

export const START_MS = Date.UTC(2026, 0, 5, 12);

/** Lets everything that is only waiting for promises go on. */
export const settle = async () => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resume) => setImmediate(resume));
};

/** The clock of the database and the timers of every process. */
export class VirtualTime {
  atMs = START_MS;
  private timers: { dueMs: number; work: () => void }[] = [];

  nowMs = () => this.atMs;
  schedule = (work: () => void, afterMs: number) => {
    const timer = { dueMs: this.atMs + afterMs, work };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((other) => other !== timer));
  };
  get pending() {
    return this.timers.length;
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.atMs + ms;
    await settle();
    for (;;) {
      const next = this.timers.filter(({ dueMs }) => dueMs <= untilMs).sort((one, other) => one.dueMs - other.dueMs)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.atMs = Math.max(this.atMs, next.dueMs);
      next.work();
      await settle();
    }
    this.atMs = untilMs;
    await settle();
  }
}

/** A store whose calls can be made to fail, or never to come back, as for a process that was stopped. */
export class ShakyStore implements IdempotencyStore {
  isFrozen = false;
  failOn: IdempotencyRequest['type'] | undefined;
  /** Answers of this kind come when the test says so. */
  holdBack: IdempotencyRequest['type'] | undefined;
  /** Requests of this kind are sent when the test says so. */
  waitBefore: IdempotencyRequest['type'] | undefined;
  private readonly heldBack: (() => void)[] = [];

  constructor(private readonly store: IdempotencyStore) {}

  async dispatch(...args: Parameters<IdempotencyStore['dispatch']>) {
    if (this.isFrozen && args[1].type === 'renew') return new Promise<never>(() => undefined);
    if (this.failOn === args[1].type) throw new Error('the database is away');
    if (this.waitBefore === args[1].type) await this.released();
    const decision = await this.store.dispatch(...args);
    if (this.holdBack === args[1].type) await this.released();
    return decision;
  }
  private released(): Promise<void> {
    return new Promise((resume) => void this.heldBack.push(resume));
  }
  /** Lets through what was held back. */
  answer(): void {
    this.holdBack = undefined;
    this.waitBefore = undefined;
    for (const resume of this.heldBack.splice(0)) resume();
  }
  lookup = (...args: Parameters<IdempotencyStore['lookup']>) => this.store.lookup(...args);
  forget = (...args: Parameters<IdempotencyStore['forget']>) => this.store.forget(...args);
  sweep = (...args: Parameters<IdempotencyStore['sweep']>) => this.store.sweep(...args);
}

/** Processes that share a database in memory, on a clock and timers that the test lets pass. */
export class IdempotentWorld {
  readonly time = new VirtualTime();
  readonly database = new MemoryDatabase(this.time);
  readonly warnings: string[] = [];
  private ids = 0;

  openProcess(options?: IdempotencyOptions): { idempotency: Idempotency; store: ShakyStore } {
    const store = new ShakyStore(new MemoryIdempotencyStore(this.database));
    const note = (_: object, message: string) => void this.warnings.push(message);
    const idempotency = new Idempotency(
      {
        store,
        database: this.database,
        sha256: (text) => createHash('sha256').update(text).digest('hex'),
        ids: { next: () => `id${(this.ids += 1)}` },
        node: 'node',
        databaseName: 'in memory',
        schedule: this.time.schedule,
        revive: domain.reviverOf({ ...domain }),
        logger: { debug: note, info: note, warn: note, error: note },
      },
      options,
    );
    return { idempotency, store };
  }
}
