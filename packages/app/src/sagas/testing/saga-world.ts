import { createHash } from 'node:crypto';
import { MemoryDatabase, MemorySagaStore } from '@eros/adapters';
import {
  seededRandom,
  TransactionConflictError,
  type Creator,
  type SagaStore,
  type Transaction,
  type UnitOfWork,
} from '@eros/domain';
import type { Schedule } from '../../breaker/schedule.js';
import { Sagas } from '../sagas.js';
import type { SagaSettings } from '../settings.js';

/** A call to the store or the database that goes wrong. */
export interface Fault {
  /** Which call, from 1. */
  readonly at: number;
  /** Whether the call did its work. */
  readonly when: 'before' | 'after';
  /** Every later call fails too: the process has died. */
  readonly isFatal: boolean;
}

/** What an engine told its logger; `debug` is left out. */
export interface Logged {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

interface Timer {
  readonly dueMs: number;
  readonly work: () => void;
}

/** A database, time that passes when nothing else happens, and engines that may die. */
export class SagaWorld {
  nowMs = Date.UTC(2026, 10, 23);
  readonly database = new MemoryDatabase({ nowMs: () => this.nowMs });
  readonly store = new MemorySagaStore(this.database);
  /** Transactions that were committed through engines: what the sagas cost. */
  commits = 0;
  private timers: Timer[] = [];
  private lastId = 0;

  readonly schedule: Schedule = (work, afterMs) => {
    const timer = { dueMs: this.nowMs + afterMs, work };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((each) => each !== timer));
  };

  /** Another process on the same database. `calls()` counts its calls to the store. */
  engine(
    node: string,
    {
      settings = {},
      fault,
      conflicts = 0,
    }: { settings?: Partial<SagaSettings>; fault?: Fault | undefined; conflicts?: number } = {},
  ): {
    sagas: Sagas;
    calls: () => number;
    cutOff: (methods: readonly string[]) => void;
    refuseClaimsOf: (sagaIds: readonly string[]) => void;
    logged: readonly Logged[];
  } {
    let calls = 0;
    let refused: readonly string[] = [];
    const logged: Logged[] = [];
    const log = (level: Logged['level']) => (fields: object, message: string) =>
      void logged.push({ level, fields: fields as Logged['fields'], message });
    let cut: readonly string[] = [];
    const guarded = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
      calls += 1;
      if (cut.includes(name)) throw new Error(`${name}: cut off`);
      const isFaulty = fault !== undefined && (calls === fault.at || (fault.isFatal && calls > fault.at));
      if (isFaulty && (fault.when === 'before' || calls > fault.at))
        throw new Error(`${name}: died before call ${calls}`);
      const result = await call();
      if (isFaulty) throw new Error(`${name}: died after call ${calls}`);
      return result;
    };
    const commit = async <T>(name: string, call: () => Promise<T>): Promise<T> =>
      guarded(name, async () => {
        const result = await call();
        this.commits += 1;
        return result;
      });
    const { store, database } = this;
    const guardedStore: SagaStore = {
      create: (saga, holder, tx) =>
        tx ? store.create(saga, holder, tx) : commit('create', () => store.create(saga, holder)),
      claim: (sagaId, terms, hashes) =>
        commit('claim', () => {
          if (refused.includes(sagaId)) throw new Error('claim: refused');
          return store.claim(sagaId, terms, hashes);
        }),
      claimable: (hashes, limit) => guarded('claimable', () => store.claimable(hashes, limit)),
      append: (held, decide, tx) =>
        tx
          ? guarded('append', () => store.append(held, decide, tx))
          : commit('append', () => store.append(held, decide)),
      renew: (held) => guarded('renew', () => store.renew(held)),
      release: (held) => guarded('release', () => store.release(held)),
      waiting: (hashes) => guarded('waiting', () => store.waiting(hashes)),
      request: (sagaId, request, tx) => guarded('request', () => store.request(sagaId, request, tx)),
      find: (sagaId, tx) => guarded('find', () => store.find(sagaId, tx)),
      records: (named, tx) => guarded('records', () => store.records(named, tx)),
      list: (filter, tx) => guarded('list', () => store.list(filter, tx)),
    };
    const unitOfWork: UnitOfWork = {
      transaction: (work) =>
        commit('transaction', async () => {
          if ((conflicts -= 1) >= 0) return conflicting(database, work);
          return database.transaction(work);
        }),
    };
    const silent = () => undefined;
    const sagas = new Sagas(
      {
        ...{
          store: guardedStore,
          unitOfWork,
          node,
          databaseName: 'in memory',
          schedule: this.schedule,
          random: seededRandom(node),
        },
        creators: { find: async (creatorId) => (creatorId === 'nobody' ? undefined : creatorOf(creatorId)) },
        sha256: (text) => createHash('sha256').update(text).digest('hex'),
        ids: { next: () => `saga-${(this.lastId += 1)}` },
        logger: { debug: silent, info: log('info'), warn: log('warn'), error: log('error') },
        keepAlive: () => silent,
      },
      settings,
    );
    return {
      ...{ sagas, logged, calls: () => calls, cutOff: (methods) => void (cut = methods) },
      refuseClaimsOf: (sagaIds) => void (refused = sagaIds),
    };
  }

  /** What the work comes to, letting time pass whenever nothing else happens. */
  async settle<T>(work: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = (): void => void (isSettled = true);
    work.then(mark, mark);
    for (let rounds = 0; rounds < 20_000; rounds += 1) {
      await quiet();
      if (isSettled) return work;
      this.ring();
    }
    throw new Error('time passes, but nothing comes of it');
  }

  /** Lets time pass, with all that falls due. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await quiet();
    while (this.timers.some(({ dueMs }) => dueMs <= untilMs)) {
      this.ring();
      await quiet();
    }
    this.nowMs = untilMs;
  }

  /** A count kept in the database, for transactions to write. */
  async count(name: string, by: number, tx: Transaction): Promise<void> {
    const table = this.database.on(tx).table<{ value: number }>('counts');
    table.set(name, { value: (table.get(name)?.value ?? 0) + by });
  }

  counted(name: string): number {
    return this.database.on().table<{ value: number }>('counts').get(name)?.value ?? 0;
  }

  /** Who holds the saga at this very moment. */
  ownerOf(sagaId: string): string | undefined {
    const rows = this.database.on().table<{ lease: { owner: string } | undefined }>('saga_execution_log');
    return rows.get(sagaId)?.lease?.owner;
  }

  /** Puts another entry into the journal. @returns the one that stood there. */
  exchangeEntry(key: string, json: string): Promise<string> {
    return this.database.write(undefined, (session) => {
      const entries = session.table<{ json: string }>('saga_journal');
      const before = entries.get(key)?.json ?? '';
      entries.set(key, { json });
      return before;
    });
  }

  private ring(): void {
    const next = this.timers.reduce<Timer | undefined>((a, b) => (a && a.dueMs <= b.dueMs ? a : b), undefined);
    if (!next) throw new Error('nothing is due any more');
    this.timers = this.timers.filter((each) => each !== next);
    this.nowMs = Math.max(this.nowMs, next.dueMs);
    next.work();
  }
}

/** A transaction that another one was faster than: whatever its work makes of it, it is rolled back. */
async function conflicting(database: MemoryDatabase, work: (tx: Transaction) => Promise<unknown>): Promise<never> {
  return database.transaction(async (tx) => {
    await work(tx).catch(() => undefined);
    throw new TransactionConflictError();
  });
}

const creatorOf = (creatorId: string): Creator => ({
  ...{ creatorId, pageName: creatorId, displayName: creatorId, pageType: 'paid', timeZone: 'UTC', fanCount: 1 },
  isActive: true,
});

/** Everything that can happen without time passing has happened. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
