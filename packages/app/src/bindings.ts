import type {
  BreakerStore,
  CaptionSource,
  CaptionStore,
  Clock,
  CreatorStore,
  DatabaseClock,
  FollowupStore,
  IdempotencyStore,
  Ids,
  LearningStore,
  Logger,
  MessageHistory,
  OperationLog,
  OutcomeStore,
  PlanSettings,
  PredictionStore,
  RotationStore,
  SagaDispatch,
  SagaStore,
  ScheduleStore,
  SendStore,
  Sha256,
  UnitOfWork,
  VolumeLog,
} from '@eros/domain';
import type { ServiceIdentifier } from 'inversify';
import type { Schedule } from './breaker/schedule.js';

const key = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`@eros/${name}`) as ServiceIdentifier<T>;

/**
 * The ports of the engine, each under a key that carries its type. A module given to `createEros` may rebind any of them:
 *
 * @example
 * new ContainerModule(({ rebind }) => rebind(bindings.messageHistory).toConstantValue(warehouseHistory));
 */
export const bindings = {
  /** Outside dependencies: guarded by the breakers `message_history` and `caption_source`. */
  messageHistory: key<MessageHistory>('MessageHistory'),
  captionSource: key<CaptionSource>('CaptionSource'),

  /** The time of planning and of display. */
  clock: key<Clock>('Clock'),
  /** The machine's time, by which this process measures how long something took. Planning's may stand still. */
  processClock: key<Clock>('ProcessClock'),
  logger: key<Logger>('Logger'),
  ids: key<Ids>('Ids'),
  sha256: key<Sha256>('Sha256'),
  /** Timers that keep no process alive. */
  schedule: key<Schedule>('Schedule'),
  planSettings: key<PlanSettings>('PlanSettings'),

  unitOfWork: key<UnitOfWork>('UnitOfWork'),
  databaseClock: key<DatabaseClock>('DatabaseClock'),
  creatorStore: key<CreatorStore>('CreatorStore'),
  sendStore: key<SendStore>('SendStore'),
  captionStore: key<CaptionStore>('CaptionStore'),
  rotationStore: key<RotationStore>('RotationStore'),
  followupStore: key<FollowupStore>('FollowupStore'),
  scheduleStore: key<ScheduleStore>('ScheduleStore'),
  volumeLog: key<VolumeLog>('VolumeLog'),
  predictionStore: key<PredictionStore>('PredictionStore'),
  outcomeStore: key<OutcomeStore>('OutcomeStore'),
  learningStore: key<LearningStore>('LearningStore'),
  operationLog: key<OperationLog>('OperationLog'),
  breakerStore: key<BreakerStore>('BreakerStore'),
  idempotencyStore: key<IdempotencyStore>('IdempotencyStore'),
  sagaStore: key<SagaStore>('SagaStore'),
  sagaDispatch: key<SagaDispatch>('SagaDispatch'),
} as const;
