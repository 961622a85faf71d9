import { scheduleStoreContract } from '@eros/domain/contracts';
import { MemoryScheduleStore } from './memory/schedule-store.js';
import { eachDatabase } from './testing/each-database.js';
import { scheduleStoreOn } from './testing/sql-stores.js';

eachDatabase((open) =>
  scheduleStoreContract(async () => {
    const test = await open();
    const store =
      test.kind === 'memory' ? new MemoryScheduleStore(test.database) : await scheduleStoreOn(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  }),
);
