export * from './send.js';
export * from './message-history.js';
