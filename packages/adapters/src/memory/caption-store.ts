import type { Caption, CaptionSource, CaptionStore, Transaction } from '@eros/domain';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryCaptionStore implements CaptionStore, CaptionSource {
  constructor(private readonly database: MemoryDatabase) {}

  async captionsFor(creatorId: string): Promise<Caption[]> {
    const captions = this.database.on().table<Caption>('captions').values();
    return captions
      .filter((caption) => caption.isActive && (caption.creatorId === undefined || caption.creatorId === creatorId))
      .sort((a, b) => a.captionId - b.captionId);
  }

  async find(captionIds: readonly number[], tx?: Transaction): Promise<Caption[]> {
    const table = this.database.on(tx).table<Caption>('captions');
    return captionIds.flatMap((id) => table.get(String(id)) ?? []).sort((a, b) => a.captionId - b.captionId);
  }

  async save(captions: readonly Caption[], _atMs: number, tx?: Transaction): Promise<void> {
    await this.database.write(tx, (session) => {
      for (const caption of captions) session.table<Caption>('captions').set(String(caption.captionId), caption);
    });
  }
}
