import {
  captionSourceContract,
  captionStoreContract,
  creatorStoreContract,
  messageHistoryContract,
  sendStoreContract,
} from '@eros/domain/contracts';
import { MemoryCaptionStore } from './memory/caption-store.js';
import { MemoryCreatorStore } from './memory/creator-store.js';
import { MemorySendStore } from './memory/send-store.js';
import { SqlCaptionStore } from './sql/caption-store.js';
import { SqlCreatorStore } from './sql/creator-store.js';
import { SqlSendStore } from './sql/send-store.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) => {
  creatorStoreContract(async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemoryCreatorStore(test.database) : new SqlCreatorStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  });
  sendStoreContract(async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemorySendStore(test.database) : new SqlSendStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  });
  captionStoreContract(async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemoryCaptionStore(test.database) : new SqlCaptionStore(test.database);
    return { store, unitOfWork: test.database, close: test.close };
  });
  messageHistoryContract(async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemorySendStore(test.database) : new SqlSendStore(test.database);
    return { history: store, given: (sends) => store.insert(sends), close: test.close };
  });
  captionSourceContract(async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemoryCaptionStore(test.database) : new SqlCaptionStore(test.database);
    return { source: store, given: (captions) => store.save(captions, 0), close: test.close };
  });
});
