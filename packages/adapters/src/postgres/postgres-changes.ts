import type { ChangeSignal, Transaction } from '@eros/domain';
import type { SqlSession } from '../sql/sql-database.js';
import { CHANNEL, type ReservedConnection } from './reserved-connection.js';

/** Changes told by NOTIFY, which the server sends when the transaction commits. */
export class PostgresChanges implements ChangeSignal {
  constructor(
    private readonly sessionOf: (tx: Transaction) => SqlSession,
    private readonly reserved: ReservedConnection,
  ) {}

  async publish(topic: string, tx: Transaction): Promise<void> {
    await this.sessionOf(tx).all(`SELECT pg_notify(${CHANNEL}, ?)`, [topic]);
  }

  subscribe(listener: (topic: string | undefined) => void): Promise<() => void> {
    return this.reserved.listen(listener);
  }
}
