import type { Creator } from '@eros/domain';
import { scheduleStoreContract } from '@eros/domain/contracts';
import { MemoryScheduleStore } from './memory/schedule-store.js';
import { SqlCaptionStore } from './sql/caption-store.js';
import { SqlCreatorStore } from './sql/creator-store.js';
import { SqlScheduleStore } from './sql/schedule-store.js';
import { eachDatabase } from './testing/each-database.js';

const creator = (creatorId: string): Creator => ({
  creatorId,
  pageName: creatorId,
  displayName: creatorId,
  pageType: 'paid',
  timeZone: 'Europe/London',
  fanCount: 100,
  isActive: true,
});
const caption = {
  captionId: 11,
  creatorId: undefined,
  text: 'just for you',
  captionType: 'winner',
  contentType: 'solo',
  isActive: true,
  lastUsedDate: undefined,
};

eachDatabase((open) =>
  scheduleStoreContract(async () => {
    const test = await open();
    if (test.kind === 'memory') {
      return { store: new MemoryScheduleStore(test.database), unitOfWork: test.database, close: test.close };
    }
    for (const id of ['c-1', 'c-2']) await new SqlCreatorStore(test.database).save(creator(id), 0);
    await new SqlCaptionStore(test.database).save([caption], 0);
    return { store: new SqlScheduleStore(test.database), unitOfWork: test.database, close: test.close };
  }),
);
