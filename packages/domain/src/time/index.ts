export * from './clock.js';
export * from './cron.js';
export * from './instant.js';
export * from './week.js';
export * from './zone.js';
