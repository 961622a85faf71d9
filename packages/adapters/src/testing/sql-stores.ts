import type { Creator } from '@eros/domain';
import { SqlCaptionStore } from '../sql/caption-store.js';
import { SqlCreatorStore } from '../sql/creator-store.js';
import { SqlLearningStore } from '../sql/learning-store.js';
import { SqlOutcomeStore } from '../sql/outcome-store.js';
import { SqlPredictionStore } from '../sql/prediction-store.js';
import { SqlScheduleStore } from '../sql/schedule-store.js';
import type { SqlDatabase } from '../sql/sql-database.js';
import { SqlVolumeLog } from '../sql/volume-log.js';

const creator = (creatorId: string): Creator => ({
  creatorId,
  pageName: creatorId,
  displayName: creatorId,
  pageType: 'paid',
  timeZone: 'Europe/London',
  fanCount: 100,
  isActive: true,
});

/** Stores the creators `c-1` and `c-2`, to whom rows of other tables refer. */
export async function givenCreators(database: SqlDatabase): Promise<void> {
  for (const id of ['c-1', 'c-2']) await new SqlCreatorStore(database).save(creator(id), 0);
}

/** What `scheduleStoreContract` needs: the creators and the caption 11. */
export async function scheduleStoreOn(database: SqlDatabase): Promise<SqlScheduleStore> {
  await givenCreators(database);
  const caption = {
    captionId: 11,
    creatorId: undefined,
    text: 'just for you',
    captionType: 'winner',
    contentType: 'solo',
  };
  await new SqlCaptionStore(database).save([{ ...caption, isActive: true, lastUsedDate: undefined }], 0);
  return new SqlScheduleStore(database);
}

/** What `measuringStoresContract` needs: the creators, and a week template for every prediction. */
export async function measuringStoresOn(database: SqlDatabase) {
  await givenCreators(database);
  const schedules = new SqlScheduleStore(database);
  const templateOf = async (creatorId: string, weekStart: string): Promise<number> => {
    const stored = await schedules.find(creatorId, weekStart);
    if (stored) return stored.templateId;
    const week = {
      creatorId,
      weekStart,
      weekEnd: weekStart,
      generatedAtMs: 0,
      asOfMs: 0,
      algorithmVersion: '1',
      projectedRevenueUsd: undefined,
      slots: { from: 0, to: 0 },
      patternStartMs: 0,
      notes: [],
      sagaId: undefined,
      items: [],
    };
    return (await database.transaction((tx) => schedules.insert(week, tx))).templateId;
  };
  return {
    volumeLog: new SqlVolumeLog(database),
    predictions: new SqlPredictionStore(database),
    outcomes: new SqlOutcomeStore(database),
    learning: new SqlLearningStore(database),
    unitOfWork: database,
    templateOf,
  };
}
