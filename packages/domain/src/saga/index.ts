export * from './errors.js';
export * from './lease-renewal.js';
export * from './retry.js';
export * from './saga-change.js';
export * from './saga-claim.js';
export * from './saga-dispatch.js';
export * from './saga-event.js';
export * from './saga-outline.js';
export * from './saga-page.js';
export * from './saga-request.js';
export {
  evolve as evolveSaga,
  isOpen as isOpenSaga,
  isTerminal as isTerminalSaga,
  parkedAt,
  replay as replaySaga,
} from './saga-state.js';
export type * from './saga-state.js';
export * from './saga-status.js';
export * from './saga-store.js';
export { summarize as summarizeSaga, type SagaSummary } from './saga-summary.js';
export { decide as decideSaga, resume as resumeSaga, type SagaCommand, type SagaTask } from './saga.js';
export type { StartedStep, StartedWork } from './started-work.js';
export { stepKey } from './step-key.js';
export * from './stored-journal.js';
