export * from './errors.js';
export * from './history-hints.js';
export * from './make-week.js';
export * from './reconcile-unknown.js';
export * from './schedule-store.js';
export * from './send-ledger.js';
export * from './template-status.js';
export * from './week-plan.js';
