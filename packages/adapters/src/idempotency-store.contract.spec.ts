import { idempotencyStoreContract } from '@eros/domain/contracts';
import { MemoryIdempotencyStore } from './memory/idempotency-store.js';
import { SqlIdempotencyStore } from './sql/idempotency-store.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) =>
  idempotencyStoreContract(async (clock) => {
    const test = await open(clock);
    const store =
      test.kind === 'memory' ? new MemoryIdempotencyStore(test.database) : new SqlIdempotencyStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  }),
);
