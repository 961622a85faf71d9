import { measuringStoresContract } from '@eros/domain/contracts';
import {
  MemoryLearningStore,
  MemoryOutcomeStore,
  MemoryPredictionStore,
  MemoryVolumeLog,
} from './memory/measuring-stores.js';
import { SqlCreatorStore } from './sql/creator-store.js';
import { SqlLearningStore } from './sql/learning-store.js';
import { SqlOutcomeStore } from './sql/outcome-store.js';
import { SqlPredictionStore } from './sql/prediction-store.js';
import { SqlScheduleStore } from './sql/schedule-store.js';
import { SqlVolumeLog } from './sql/volume-log.js';
import { eachDatabase } from './testing/each-database.js';

eachDatabase((open) =>
  measuringStoresContract(async () => {
    const test = await open();
    if (test.kind === 'memory') {
      const { database } = test;
      return {
        volumeLog: new MemoryVolumeLog(database),
        predictions: new MemoryPredictionStore(database),
        outcomes: new MemoryOutcomeStore(database),
        learning: new MemoryLearningStore(database),
        unitOfWork: database,
        templateOf: async () => 1,
        close: test.close,
      };
    }
    const { database } = test;
    const schedules = new SqlScheduleStore(database);
    for (const creatorId of ['c-1', 'c-2']) {
      const creator = {
        creatorId,
        pageName: creatorId,
        displayName: creatorId,
        pageType: 'paid',
        timeZone: 'UTC',
        fanCount: 1,
        isActive: true,
      } as const;
      await new SqlCreatorStore(database).save(creator, 0);
    }
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
      close: test.close,
    };
  }),
);
