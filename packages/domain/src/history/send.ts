/** Sends are counted and learnt by category. `revenue` is a PPV. */
export type Category = 'revenue' | 'engagement' | 'retention';
export const CATEGORIES: readonly Category[] = ['revenue', 'engagement', 'retention'];

/** One message to many fans, as exported. */
export interface Send {
  readonly messageId: string;
  readonly creatorId: string;
  readonly messageType: 'ppv' | 'free';
  readonly category: Category;
  /** Inventory key such as `solo`; `undefined` when the export names none. */
  readonly contentType: string | undefined;
  /** Key of the caption bank; `undefined` when unknown. */
  readonly captionId: number | undefined;
  readonly sentAtMs: number;
  readonly priceUsd: number;
  readonly sentCount: number;
  readonly viewedCount: number;
  readonly purchasedCount: number;
  readonly earningsUsd: number;
}
