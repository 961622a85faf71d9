export type {
  EffectStep,
  SagaDefinition,
  SagaStep,
  StepContext,
  TransactionContext,
  TransactionStep,
} from './definition.js';
export type { SagaDetailView, SagaView, TimelineEntry } from './saga-view.js';
export {
  nodeKeepAlive,
  Sagas,
  type CompletedSaga,
  type Saga,
  type SagaHandle,
  type SagaServicePorts,
  type SagaViewPage,
  type StartSaga,
} from './sagas.js';
export { sagaSettings, type SagaSettings } from './settings.js';
