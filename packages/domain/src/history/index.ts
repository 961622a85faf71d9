export * from './send.js';
export * from './message-history.js';
export * from './send-store.js';
