import { measuringStoresContract } from '@eros/domain/contracts';
import {
  MemoryLearningStore,
  MemoryOutcomeStore,
  MemoryPredictionStore,
  MemoryVolumeLog,
} from './memory/measuring-stores.js';
import { eachDatabase } from './testing/each-database.js';
import { measuringStoresOn } from './testing/sql-stores.js';

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
    return { ...(await measuringStoresOn(test.database)), close: test.close };
  }),
);
