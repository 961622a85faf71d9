export type {
  EffectStep,
  ParallelSteps,
  SagaDefinition,
  SagaStep,
  StepContext,
  TransactionContext,
  TransactionStep,
} from './definition.js';
export type { CompletedSaga, Saga, SagaHandle, StartSaga } from './saga.js';
export type {
  SagaDetailView,
  SagaStuckAt,
  SagaView,
  SagaViewPage,
  TimelineEntry,
  UnclaimedSagas,
  UnreadableSaga,
} from './saga-view.js';
export { LastingFailures } from './lasting-failures.js';
export { nodeKeepAlive } from './keep-alive.js';
export type { SagaServicePorts } from './saga-service-ports.js';
export { Sagas } from './sagas.js';
export { sagaSettings, type SagaSettings } from './settings.js';
