export * from './breaker-health.js';
export * from './breaker-policy.js';
export * from './breaker-store.js';
export {
  evolve as evolveBreaker,
  livePermits,
  newCircuitBreaker,
  stateAt as breakerStateAt,
  type BreakerCommand,
  type BreakerDecision,
  type BreakerEvent,
  type BreakerState,
  type BreakerTally,
  type CallOutcome,
  type CircuitBreaker,
  type Permit,
  type Ticket,
} from './circuit-breaker.js';
export { decide as decideBreaker, step as stepBreaker, type BreakerStep } from './decide.js';
export * from './errors.js';
