import type { Transaction } from './transaction.js';

/**
 * Tells every process of a database that something has changed, so that none has to keep reading. It is a hint to read
 * again, never the news itself: a change may be told late, twice, or together with others.
 */
export interface ChangeSignal {
  /** Tells of a change of `topic` when, and only when, `tx` commits: to all processes, this one included. */
  publish(topic: string, tx: Transaction): Promise<void>;
  /**
   * Calls `listener` after each change, until the function that this resolves to is called. Keeps no process alive.
   *
   * @param listener gets the topic, or `undefined` when anything may have changed: after a gap in the connection, and always
   *   where the database does not say what (SQLite). It must not throw.
   */
  subscribe(listener: (topic: string | undefined) => void): Promise<() => void>;
}
