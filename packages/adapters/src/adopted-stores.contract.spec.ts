import {
  breakerStoreContract,
  captionStoreContract,
  creatorStoreContract,
  followupStoreContract,
  idempotencyStoreContract,
  measuringStoresContract,
  operationLogContract,
  rotationStoreContract,
  sagaStoreContract,
  scheduleStoreContract,
  sendStoreContract,
} from '@eros/domain/contracts';
import type { Creator } from '@eros/domain';
import { SqlBreakerStore } from './sql/breaker-store.js';
import { SqlCaptionStore } from './sql/caption-store.js';
import { SqlCreatorStore } from './sql/creator-store.js';
import { SqlFollowupStore } from './sql/followup-store.js';
import { SqlIdempotencyStore } from './sql/idempotency-store.js';
import { SqlLearningStore } from './sql/learning-store.js';
import { SqlOperationLog } from './sql/operation-log.js';
import { SqlOutcomeStore } from './sql/outcome-store.js';
import { SqlPredictionStore } from './sql/prediction-store.js';
import { SqlRotationStore } from './sql/rotation-store.js';
import { SqlSagaStore } from './sql/saga-store.js';
import { SqlScheduleStore } from './sql/schedule-store.js';
import { SqlSendStore } from './sql/send-store.js';
import { SqlVolumeLog } from './sql/volume-log.js';
import type { SqlDatabase } from './sql/sql-database.js';
import { openAdoptedSqlite } from './testing/adopted-database.js';

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

// What the stores promise, they promise on tables that another program made: whatever these lack.
describe('on an adopted database whose tables have no defaults', () => {
  const onSql = async <Store>(make: (database: SqlDatabase) => Store, clock?: { nowMs(): number }) => {
    const { database, close } = await openAdoptedSqlite({ driver: 'better-sqlite3', ...(clock ? { clock } : {}) });
    return { store: make(database), unitOfWork: database, database, close };
  };
  const withCreators = async <Store>(make: (database: SqlDatabase) => Store) => {
    const opened = await onSql(make);
    for (const id of ['c-1', 'c-2']) await new SqlCreatorStore(opened.database).save(creator(id), 0);
    return opened;
  };

  breakerStoreContract((clock) => onSql((database) => new SqlBreakerStore(database), clock));
  captionStoreContract(() => onSql((database) => new SqlCaptionStore(database)));
  creatorStoreContract(() => onSql((database) => new SqlCreatorStore(database)));
  followupStoreContract(() => onSql((database) => new SqlFollowupStore(database)));
  idempotencyStoreContract((clock) => onSql((database) => new SqlIdempotencyStore(database), clock));
  operationLogContract(async () => {
    const { store: log, ...rest } = await onSql((database) => new SqlOperationLog(database));
    return { log, ...rest };
  });
  rotationStoreContract(() => onSql((database) => new SqlRotationStore(database)));
  sagaStoreContract((clock) => onSql((database) => new SqlSagaStore(database), clock));
  scheduleStoreContract(async () => {
    const opened = await withCreators((database) => new SqlScheduleStore(database));
    await new SqlCaptionStore(opened.database).save([caption], 0);
    return opened;
  });
  sendStoreContract(() => onSql((database) => new SqlSendStore(database)));
  measuringStoresContract(async () => {
    const { database, close } = await withCreators(() => undefined);
    const schedules = new SqlScheduleStore(database);
    return {
      volumeLog: new SqlVolumeLog(database),
      predictions: new SqlPredictionStore(database),
      outcomes: new SqlOutcomeStore(database),
      learning: new SqlLearningStore(database),
      unitOfWork: database,
      templateOf: async (creatorId, weekStart) => {
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
      },
      close,
    };
  });
});
