import { rotationStoreContract } from '@eros/domain/contracts';
import { MemoryRotationStore } from './memory/rotation-store.js';
import { SqlRotationStore } from './sql/rotation-store.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) =>
  rotationStoreContract(async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemoryRotationStore(test.database) : new SqlRotationStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  }),
);
