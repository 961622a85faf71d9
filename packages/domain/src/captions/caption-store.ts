import type { Transaction } from '../storage/index.js';
import type { Caption } from './caption.js';

/** Keeps the imported caption bank. What is promised here is tested by `captionStoreContract`. */
export interface CaptionStore {
  /** Those of the named captions that are stored, active or not. */
  find(captionIds: readonly number[], tx?: Transaction): Promise<Caption[]>;
  /** Adds captions, or replaces what is known of them. */
  save(captions: readonly Caption[], atMs: number, tx?: Transaction): Promise<void>;
}
