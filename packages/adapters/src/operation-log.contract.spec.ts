import { operationLogContract } from '@eros/domain/contracts';
import { MemoryOperationLog } from './memory/operation-log.js';
import { SqlOperationLog } from './sql/operation-log.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) =>
  operationLogContract(async () => {
    const test = await open();
    const log = test.kind === 'memory' ? new MemoryOperationLog(test.database) : new SqlOperationLog(test.database);
    return { log, unitOfWork: test.database, close: test.close };
  }),
);
