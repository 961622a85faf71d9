import type { MemoryDatabase } from '@eros/adapters';
import type { Transaction } from '@eros/domain';

/** Something that was done in the database, in a transaction of somebody's. */
export interface DatabaseEffect {
  readonly what: string;
  readonly value: unknown;
}

/** What works and steps write in the database: a row for each time. */
export class DatabaseEffects {
  constructor(private readonly database: MemoryDatabase) {}

  async add(effect: DatabaseEffect, tx: Transaction): Promise<void> {
    const table = this.database.on(tx).table<DatabaseEffect>('sim_effects');
    table.set(String(table.nextId()), effect);
  }

  async find(what: string, tx?: Transaction): Promise<DatabaseEffect | undefined> {
    return this.all(tx).find((effect) => effect.what === what);
  }

  /** The committed ones; with a transaction, also its own. */
  all(tx?: Transaction): DatabaseEffect[] {
    return this.database.on(tx).table<DatabaseEffect>('sim_effects').values();
  }

  count(what: string): number {
    return this.all().filter((effect) => effect.what === what).length;
  }
}
