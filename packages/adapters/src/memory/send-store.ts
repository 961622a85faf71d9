import type { MessageHistory, Send, SendStore, Transaction } from '@eros/domain';
import type { MemoryDatabase } from './memory-database.js';

export class MemorySendStore implements SendStore, MessageHistory {
  constructor(private readonly database: MemoryDatabase) {}

  async sends({ creatorId, fromMs, untilMs }: { creatorId: string; fromMs: number; untilMs: number }): Promise<Send[]> {
    return this.all()
      .filter((send) => send.creatorId === creatorId && send.sentAtMs >= fromMs && send.sentAtMs < untilMs)
      .sort((a, b) => a.sentAtMs - b.sentAtMs || (a.messageId < b.messageId ? -1 : 1));
  }

  async latestSentAtMs(creatorId?: string): Promise<number | undefined> {
    return this.all()
      .filter((send) => creatorId === undefined || send.creatorId === creatorId)
      .reduce<number | undefined>((latest, { sentAtMs }) => Math.max(latest ?? sentAtMs, sentAtMs), undefined);
  }

  async find(messageIds: readonly string[], tx?: Transaction): Promise<Send[]> {
    const table = this.database.on(tx).table<Send>('sends');
    return messageIds.flatMap((id) => table.get(id) ?? []);
  }

  async insert(sends: readonly Send[], tx?: Transaction): Promise<void> {
    await this.database.write(tx, (session) => {
      for (const send of sends) session.table<Send>('sends').set(send.messageId, send);
    });
  }

  async revise(sends: readonly Send[], _revisedAtMs: number, tx?: Transaction): Promise<void> {
    await this.insert(sends, tx);
  }

  private all(): Send[] {
    return this.database.on().table<Send>('sends').values();
  }
}
