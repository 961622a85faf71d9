import type { ChangeSignal, Transaction } from '@eros/domain';

/** Changes told by plain calls, since all who could listen are in this process. */
export class MemoryChanges implements ChangeSignal {
  private readonly listeners = new Set<(topic: string | undefined) => void>();
  private readonly published = new WeakMap<object, Set<string>>();

  constructor(private readonly sessionOf: (tx: Transaction) => object) {}

  async publish(topic: string, tx: Transaction): Promise<void> {
    const session = this.sessionOf(tx);
    const topics = this.published.get(session) ?? new Set();
    this.published.set(session, topics.add(topic));
  }

  async subscribe(listener: (topic: string | undefined) => void): Promise<() => void> {
    const own = (topic: string | undefined) => listener(topic); // the same function may listen twice
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  /** Tells what was published in the session of a transaction that has been committed. */
  committed(session: object): void {
    for (const topic of this.published.get(session) ?? []) {
      for (const listener of this.listeners) listener(topic);
    }
  }
}
