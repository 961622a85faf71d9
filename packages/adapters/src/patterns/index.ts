export * from './re2-engine.js';
