import { sagaStoreContract } from '@eros/domain/contracts';
import { MemorySagaStore } from './memory/saga-store.js';
import { SqlSagaStore } from './sql/saga-store.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) =>
  sagaStoreContract(async (clock) => {
    const test = await open(clock);
    const store = test.kind === 'memory' ? new MemorySagaStore(test.database) : new SqlSagaStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  }),
);
