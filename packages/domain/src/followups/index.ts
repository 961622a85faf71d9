export * from './errors.js';
export * from './followup.js';
export * from './followup-store.js';
export * from './followup-window.js';
export * from './plan-followup.js';
