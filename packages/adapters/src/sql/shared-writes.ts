import { Batches } from '../storage/batches.js';
import type { SqlClock, SqlDatabase, SqlFragment } from './sql-database.js';

/** While some commits are on their way to the disk, the next one fills. More at a time make lists shorter, fewer leave the server idle. */
const LIMITS = { underWayMax: 4, itemsMax: 100 };

export interface SharedStatements<Item> {
  /** For one write, and quicker than a list of one: gives `at_ms` if it has written. */
  readonly alone: (item: Item, clock: SqlClock) => SqlFragment;
  /** For some of them: gives `nth`, counted from 1, and `at_ms` of those that it has written. */
  readonly together: (items: readonly Item[], clock: SqlClock) => SqlFragment;
}

/** Writes of one kind, of which those that come at about the same time share a statement and its commit. */
export class SharedWrites<Item> {
  private readonly batches: Batches<Item, number | undefined | 'left_out'>;

  constructor(
    private readonly database: SqlDatabase,
    private readonly statements: SharedStatements<Item>,
  ) {
    this.batches = new Batches((items) => this.writeAll(items), LIMITS);
  }

  /** Outside transactions. @returns the time of the write; `undefined` when nothing was written. */
  write(item: Item): Promise<number | undefined> {
    return this.batches.add(item).then((atMs) => (atMs === 'left_out' ? this.writeAlone(item) : atMs));
  }

  /** At once, on a session of the caller's. */
  writeAlone(item: Item, session = this.database.on()): Promise<number | undefined> {
    return session.writeNow((clock) => this.statements.alone(item, clock));
  }

  private writeAll(items: readonly Item[]): Promise<(number | undefined | 'left_out')[]> {
    const [first] = items;
    if (items.length === 1 && first !== undefined) return this.writeAlone(first).then((atMs) => [atMs]);
    return this.writeTogether(items);
  }

  private async writeTogether(items: readonly Item[]): Promise<(number | undefined | 'left_out')[]> {
    const times = new Map<number, number>();
    try {
      const statement = () => this.statements.together(items, this.database.clock());
      const rows = await this.database.on().returning<{ nth: number; at_ms: number }>(statement);
      for (const { nth, at_ms } of rows) times.set(nth, at_ms);
    } catch {
      // Perhaps through the fault of one of them. Each goes alone, which does nothing if it was written, and tells its own.
    }
    return items.map((_, i) => times.get(i + 1) ?? 'left_out');
  }
}
