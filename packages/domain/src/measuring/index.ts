export * from './learning-store.js';
export * from './outcome-store.js';
export * from './prediction-store.js';
export * from './volume-log.js';
