export * from './transaction.js';
export * from './errors.js';
export * from './change-signal.js';
