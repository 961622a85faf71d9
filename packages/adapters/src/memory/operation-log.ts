import type { Operation, OperationLog, OperationType, Transaction } from '@eros/domain';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryOperationLog implements OperationLog {
  constructor(private readonly database: MemoryDatabase) {}

  async append(operation: Operation, tx: Transaction): Promise<void> {
    await this.database.write(tx, (session) => {
      const table = session.table<Operation>('operations');
      // What is logged is kept as JSON elsewhere: nobody may change it afterwards here either.
      table.set(String(table.nextId()), JSON.parse(JSON.stringify(operation)) as Operation);
    });
  }

  async appendAll(operations: readonly Operation[], tx: Transaction): Promise<void> {
    for (const operation of operations) await this.append(operation, tx);
  }

  async list(
    { creatorId, type, limit = 100 }: { creatorId?: string; type?: OperationType; limit?: number },
    tx?: Transaction,
  ): Promise<Operation[]> {
    return this.database
      .on(tx)
      .table<Operation>('operations')
      .values()
      .filter((operation) => creatorId === undefined || operation.creatorId === creatorId)
      .filter((operation) => type === undefined || operation.type === type)
      .reverse()
      .slice(0, limit);
  }
}
