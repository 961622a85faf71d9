import type { Caption } from './caption.js';

/** Of all creators. */
export const shared: Caption = {
  captionId: 1,
  creatorId: undefined,
  text: 'Only one of you gets it!\nnever seen before — see you soon',
  captionType: 'winner',
  contentType: 'solo',
  isActive: true,
  lastUsedDate: '2026-08-06',
};
/** Of the creator `c-1`. */
export const own: Caption = {
  ...shared,
  captionId: 2,
  creatorId: 'c-1',
  captionType: 'free',
  contentType: undefined,
  lastUsedDate: undefined,
};
