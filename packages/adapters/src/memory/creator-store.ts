import type { Creator, CreatorStore, Transaction } from '@eros/domain';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryCreatorStore implements CreatorStore {
  constructor(private readonly database: MemoryDatabase) {}

  async find(creatorId: string, tx?: Transaction): Promise<Creator | undefined> {
    return this.database.on(tx).table<Creator>('creators').get(creatorId);
  }

  async list(filter: { isActive?: boolean } = {}, tx?: Transaction): Promise<Creator[]> {
    const creators = this.database.on(tx).table<Creator>('creators').values();
    return creators
      .filter(({ isActive }) => filter.isActive === undefined || isActive === filter.isActive)
      .sort((a, b) => (a.creatorId < b.creatorId ? -1 : 1));
  }

  async save(creator: Creator, _atMs: number, tx?: Transaction): Promise<void> {
    await this.database.write(tx, (session) => session.table<Creator>('creators').set(creator.creatorId, creator));
  }
}
