import { EngineClosedError, type ChangeSignal } from '@eros/domain';

/** How often it is asked whether anything has changed: the longest that a change stays unheard of. */
export const CHANGE_CHECK_MS = 100;

/**
 * Changes noticed by asking, which costs one look at the header of the file's log and no row. SQLite tells that something
 * has been committed, not what: listeners get no topic. It asks only while somebody listens, and keeps no process alive.
 */
export class SqliteChanges implements ChangeSignal {
  private readonly listeners = new Set<(topic: undefined) => void>();
  private known: number | undefined;
  /** Tells the present round of asking from one that was stopped while it waited for its answer. */
  private asking: object | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly changeCount: () => Promise<number>) {}

  /** The commit itself is what is noticed. */
  async publish(): Promise<void> {
    return undefined;
  }

  async subscribe(listener: (topic: string | undefined) => void): Promise<() => void> {
    this.known ??= await this.changeCount();
    const own = () => listener(undefined); // the same function may listen twice
    this.listeners.add(own);
    if (this.listeners.size === 1) this.askAgain((this.asking = {}));
    return () => {
      this.listeners.delete(own);
      if (this.listeners.size === 0) this.stop();
    };
  }

  private askAgain(asking: object): void {
    this.timer = setTimeout(() => void this.ask(asking), CHANGE_CHECK_MS);
    this.timer.unref();
  }

  private async ask(asking: object): Promise<void> {
    try {
      const count = await this.changeCount();
      if (asking === this.asking && count !== this.known) {
        this.known = count;
        for (const listener of this.listeners) listener(undefined);
      }
    } catch (error) {
      if (error instanceof EngineClosedError) return;
      // Locked or out of reach for now: what happens meanwhile is noticed by the first answer.
    }
    if (asking === this.asking) this.askAgain(asking);
  }

  /** Asks no more. */
  stop(): void {
    this.asking = undefined;
    clearTimeout(this.timer);
    this.listeners.clear();
    this.known = undefined;
  }
}
