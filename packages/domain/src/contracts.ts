export {};
export * from './storage/unit-of-work.contract.js';
