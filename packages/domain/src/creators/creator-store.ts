import type { Transaction } from '../storage/index.js';
import type { Creator } from './creator.js';

/** Keeps creators. What is promised here is tested by `creatorStoreContract`. */
export interface CreatorStore {
  find(creatorId: string, tx?: Transaction): Promise<Creator | undefined>;
  /** All of them, or the active ones, by id. */
  list(filter?: { isActive?: boolean }, tx?: Transaction): Promise<Creator[]>;
  /** Adds a creator, or replaces what is known of one. What others keep beside it (prices, notes) stays. */
  save(creator: Creator, atMs: number, tx?: Transaction): Promise<void>;
}
