import { followupStoreContract } from '@eros/domain/contracts';
import { MemoryFollowupStore } from './memory/followup-store.js';
import { SqlFollowupStore } from './sql/followup-store.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) =>
  followupStoreContract(async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemoryFollowupStore(test.database) : new SqlFollowupStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  }),
);
