import {
  SqlBreakerStore,
  SqlCaptionStore,
  SqlCreatorStore,
  SqlFollowupStore,
  SqlIdempotencyStore,
  SqlLearningStore,
  SqlOperationLog,
  SqlOutcomeStore,
  SqlPredictionStore,
  SqlRotationStore,
  SqlSagaStore,
  SqlScheduleStore,
  SqlSendStore,
  SqlVolumeLog,
  type SqlDatabase,
} from '@eros/adapters';
import { ContainerModule } from 'inversify';
import { bindings } from './bindings.js';

/** Every store on one SQL database. The history and the captions are the imported ones, unless a later module rebinds them. */
export const storageModule = (database: SqlDatabase): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const sends = new SqlSendStore(database);
    const captions = new SqlCaptionStore(database);
    bind(bindings.unitOfWork).toConstantValue(database);
    bind(bindings.databaseClock).toConstantValue(database);
    bind(bindings.sendStore).toConstantValue(sends);
    bind(bindings.messageHistory).toConstantValue(sends);
    bind(bindings.captionStore).toConstantValue(captions);
    bind(bindings.captionSource).toConstantValue(captions);
    bind(bindings.creatorStore).toConstantValue(new SqlCreatorStore(database));
    bind(bindings.rotationStore).toConstantValue(new SqlRotationStore(database));
    bind(bindings.followupStore).toConstantValue(new SqlFollowupStore(database));
    bind(bindings.scheduleStore).toConstantValue(new SqlScheduleStore(database));
    bind(bindings.volumeLog).toConstantValue(new SqlVolumeLog(database));
    bind(bindings.predictionStore).toConstantValue(new SqlPredictionStore(database));
    bind(bindings.outcomeStore).toConstantValue(new SqlOutcomeStore(database));
    bind(bindings.learningStore).toConstantValue(new SqlLearningStore(database));
    bind(bindings.operationLog).toConstantValue(new SqlOperationLog(database));
    bind(bindings.breakerStore).toConstantValue(new SqlBreakerStore(database));
    bind(bindings.idempotencyStore).toConstantValue(new SqlIdempotencyStore(database));
    bind(bindings.sagaStore).toConstantValue(new SqlSagaStore(database));
  });
