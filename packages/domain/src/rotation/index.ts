export * from './default-pattern.js';
export * from './errors.js';
export * from './legacy-rotation.js';
export * from './plan-draw.js';
export * from './rotation.js';
export * from './rotation-pattern.js';
export * from './rotation-store.js';
export * from './slots.js';
