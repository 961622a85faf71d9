export * from './assemble-week.js';
export { isRested } from './caption-rest.js';
export * from './caption-supply.js';
export * from './caption-slots.js';
export { matchCaptions } from './match-captions.js';
export type { CaptionMatch, CaptionSlot, MatchRequest } from './match-captions.js';
export * from './plan-settings.js';
export * from './week-draft.js';
export * from './week-violations.js';
