export * from './transaction.js';
export * from './errors.js';
