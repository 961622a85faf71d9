// The services as the engine assembles them. They are no part of the public API, so they are entered here by their paths,
// and only here.
export { isQuiet } from '../../packages/app/src/breaker/quiet-signal.js';
export { CircuitBreakers } from '../../packages/app/src/circuit-breakers.js';
export { Idempotency } from '../../packages/app/src/idempotency.js';
export { Rotations } from '../../packages/app/src/rotations.js';
export {
  Sagas,
  type SagaDefinition,
  type SagaStep,
  type StepContext,
  type TransactionContext,
} from '../../packages/app/src/sagas/index.js';
