export { eventsOf } from './breaker-command.js';
export type { Admit, BreakerCommand, BreakerDecision, CallOutcome, Settle, Ticket } from './breaker-command.js';
export type { BreakerEvent, OpeningCause } from './breaker-event.js';
export * from './breaker-health.js';
export * from './breaker-policy.js';
export * from './breaker-store.js';
export type { CallTally, CallWindow, WindowLength } from './call-window.js';
export {
  breakerAt,
  endedHolds,
  evolve as evolveBreaker,
  holdAt,
  lastState as lastBreakerState,
  livePermits,
  newCircuitBreaker,
  stateAt as breakerStateAt,
  type BreakerState,
  type BreakerTally,
  type CircuitBreaker,
  type Permit,
} from './circuit-breaker.js';
export { decide as decideBreaker, step as stepBreaker, type BreakerStep } from './decide.js';
export * from './errors.js';
export type { Held, Hold } from './holds.js';
export type { Vote } from './quorum.js';
export * from './transition.js';
export { TripWindows, type RateRule, type SeenCall, type SlowCallRule, type TripRule } from './trip-rules.js';
