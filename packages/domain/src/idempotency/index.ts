export * from './canonical-json.js';
export * from './errors.js';
export * from './idempotency-record.js';
export * from './idempotency-store.js';
export {
  decide as decideIdempotency,
  evolve as evolveIdempotency,
  isSweepable,
  type IdempotencyState,
  type IdempotencyCommand,
  type IdempotencyDecision,
  type IdempotencyEvent,
  type OperationOutcome,
} from './idempotency.js';
export * from './operation.js';
export { RESULT_BYTES_MAX, resultJson } from './result.js';
export * from './stored-error.js';
