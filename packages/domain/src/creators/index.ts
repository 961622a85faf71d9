export * from './creator.js';
export * from './creator-store.js';
