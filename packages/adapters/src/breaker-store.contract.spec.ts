import { breakerStoreContract } from '@eros/domain/contracts';
import { MemoryBreakerStore } from './memory/breaker-store.js';
import { SqlBreakerStore } from './sql/breaker-store.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) => {
  breakerStoreContract(async (clock) => {
    const test = await open(clock);
    const store = test.kind === 'memory' ? new MemoryBreakerStore(test.database) : new SqlBreakerStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  });
});
