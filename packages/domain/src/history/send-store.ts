import type { Transaction } from '../storage/index.js';
import type { Send } from './send.js';

/** Keeps imported sends. What is promised here is tested by `sendStoreContract`. */
export interface SendStore {
  /** Those of the named sends that are stored. */
  find(messageIds: readonly string[], tx?: Transaction): Promise<Send[]>;
  /** Adds sends whose ids are not stored. */
  insert(sends: readonly Send[], tx?: Transaction): Promise<void>;
  /** Replaces what is stored under these ids, and notes when. */
  revise(sends: readonly Send[], revisedAtMs: number, tx?: Transaction): Promise<void>;
}
