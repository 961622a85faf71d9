export * from './caption.js';
export * from './caption-source.js';
