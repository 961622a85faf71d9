import { UnsupportedDatabaseError, type DatabaseClock, type Transaction, type UnitOfWork } from '@eros/domain';
import type { TransactionOptions } from '../sql/sql-database.js';
import { MemoryChanges } from './memory-changes.js';
import { TransactionScope, type AssertOpen } from '../storage/transaction-scope.js';
import { Turns } from '../storage/turns.js';

/** Rows by key. Rows are replaced, never mutated. */
export interface MemoryTable<Row extends object> {
  get(key: string): Row | undefined;
  has(key: string): boolean;
  set(key: string, row: Row): void;
  /** Whether there was one. */
  delete(key: string): boolean;
  /** In order of first insertion. */
  values(): Row[];
  /** The next identity key of this table: 1, 2, 3, ... Numbers taken by a rolled-back transaction come again. */
  nextId(): number;
}

export interface MemorySession {
  table<Row extends object>(name: string): MemoryTable<Row>;
}

interface TableData {
  readonly rows: ReadonlyMap<string, object>;
  readonly lastId: number;
}
const EMPTY: TableData = { rows: new Map(), lastId: 0 };

/** A view of the tables; the first write to a table copies it. */
class Draft implements MemorySession {
  readonly changed = new Map<string, { rows: Map<string, object>; lastId: number }>();

  constructor(
    private readonly committed: ReadonlyMap<string, TableData>,
    private readonly assertOpen: AssertOpen,
  ) {}

  table<Row extends object>(name: string): MemoryTable<Row> {
    const reading = () => {
      this.assertOpen();
      return this.changed.get(name) ?? this.committed.get(name) ?? EMPTY;
    };
    const writing = () => {
      const { rows, lastId } = reading();
      const open = this.changed.get(name) ?? { rows: new Map(rows), lastId };
      this.changed.set(name, open);
      return open;
    };
    return {
      get: (key) => reading().rows.get(key) as Row | undefined,
      has: (key) => reading().rows.has(key),
      set: (key, row) => void writing().rows.set(key, Object.freeze({ ...row })),
      delete: (key) => writing().rows.delete(key),
      values: () => [...reading().rows.values()] as Row[],
      nextId: () => (writing().lastId += 1),
    };
  }
}

function readOnly<Row extends object>(table: MemoryTable<Row>): MemoryTable<Row> {
  const refuse = (): never => {
    throw new Error('bug: a write outside a transaction: use MemoryDatabase.write');
  };
  return { ...table, set: refuse, delete: refuse, nextId: refuse };
}

/** A database in memory: the same ports, the same contracts, nothing kept. For tests and simulations. */
export class MemoryDatabase implements UnitOfWork, DatabaseClock {
  private committed = new Map<string, TableData>();
  readonly changes = new MemoryChanges((tx) => this.on(tx));
  private readonly turns = new Turns();
  private lastMs = 0;
  private readonly scope = new TransactionScope<MemorySession>(() =>
    Promise.reject(
      new UnsupportedDatabaseError('the in-memory store takes no SQL: use the stores, or open SQLite at ":memory:"'),
    ),
  );

  /** @param onCommit is told which tables a commit has changed, before anybody else can read or write: for who looks on. */
  constructor(
    private readonly clock: { nowMs(): number } = { nowMs: Date.now },
    private readonly onCommit: (changed: readonly string[]) => void = () => undefined,
  ) {}

  /** The session inside `tx`; without one, the committed rows, which take no writes: use `write` for those. */
  on(tx?: Transaction): MemorySession {
    if (tx) return this.scope.sessionOf(tx);
    this.scope.assertOutside();
    const committed = this.committed;
    return { table: (name) => readOnly(new Draft(committed, () => undefined).table(name)) };
  }

  /** Runs a write inside `tx`, or in a transaction of its own. `nowMs` is read when its turn has come, not before. */
  async write<T>(tx: Transaction | undefined, work: (session: MemorySession, nowMs: number) => T): Promise<T> {
    if (tx) return work(this.on(tx), await this.nowMs(tx));
    return this.transaction(async (own) => work(this.on(own), await this.nowMs(own)));
  }

  isInsideTransaction(): boolean {
    return this.scope.isInside();
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (!options.apart) this.scope.assertOutside();
    return this.scope.exit(() =>
      this.turns.take(async () => {
        let draft: Draft | undefined;
        const open = (assertOpen: AssertOpen) => (draft = new Draft(this.committed, assertOpen));
        const result = await this.scope.run(open, work, options.timeoutMs);
        if (draft) {
          this.commit(draft);
          this.changes.committed(draft);
        }
        return result;
      }),
    );
  }

  private commit(draft: Draft): void {
    if (draft.changed.size === 0) return;
    this.committed = new Map([...this.committed, ...draft.changed]);
    this.onCommit([...draft.changed.keys()]);
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the clock is the same inside and outside
  async nowMs(tx?: Transaction): Promise<number> {
    this.lastMs = Math.max(this.lastMs, this.clock.nowMs());
    return this.lastMs;
  }

  async close(): Promise<void> {
    await this.turns.idle();
  }
}
