/** The caption structures that are scored. */
export type Structure = 'winner' | 'bundle' | 'wall';
export const STRUCTURES: readonly Structure[] = ['winner', 'bundle', 'wall'];

/** One caption of the bank. */
export interface Caption {
  readonly captionId: number;
  /** `undefined`: shared by all creators. */
  readonly creatorId: string | undefined;
  readonly text: string;
  /** A structure, `free`, or a type of the user's own. */
  readonly captionType: string;
  readonly contentType: string | undefined;
  readonly isActive: boolean;
  /** Creator-local day of the last use before our own records, `YYYY-MM-DD`. */
  readonly lastUsedDate: string | undefined;
}
