import type { Caption } from './caption.js';

/**
 * The caption bank. An outside dependency: a user may point it at their own library, so its calls are guarded by the
 * breaker `caption_source`. What is promised here is tested by `captionSourceContract`.
 */
export interface CaptionSource {
  /** The active captions that this creator may use, own and shared, by id. */
  captionsFor(creatorId: string): Promise<Caption[]>;
}
