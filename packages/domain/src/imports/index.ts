export * from './known-creators.js';
export * from './parse-caption-row.js';
export * from './parse-creator-row.js';
export * from './parse-message-row.js';
export * from './reconcile-row.js';
export type { ParsedRow, Rejection, RejectReason } from './rejection.js';
