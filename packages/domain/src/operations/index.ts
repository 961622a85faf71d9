export * from './operation-log.js';
