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
export type { SagaDetailView, SagaView, TimelineEntry } from './saga-view.js';
export { nodeKeepAlive, Sagas, type SagaServicePorts, type SagaViewPage, type UnclaimedSagas } from './sagas.js';
export { sagaSettings, type SagaSettings } from './settings.js';
