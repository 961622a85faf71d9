export {};
export * from './storage/unit-of-work.contract.js';
export * from './captions/caption-store.contract.js';
export * from './creators/creator-store.contract.js';
export * from './history/send-store.contract.js';
export * from './schedules/schedule-store.contract.js';
export * from './breaker/breaker-store.contract.js';
export * from './idempotency/idempotency-store.contract.js';
export * from './saga/saga-store.contract.js';
