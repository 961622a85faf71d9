/** What is to be done with a row that was read well. */
export type Reconciled<Row> =
  /** The same id came earlier in this file. The first one wins; nothing is written. */
  | { readonly type: 'duplicate' }
  /** Never seen before: to be inserted. */
  | { readonly type: 'imported' }
  /** Stored already, and equal: nothing is written. */
  | { readonly type: 'unchanged' }
  /** Stored with other values: to be updated. */
  | { readonly type: 'revised'; readonly changed: readonly (keyof Row & string)[] };

/**
 * Decides between an incoming row and the stored one of the same id (spec, section 8).
 *
 * @param isRepeated whether this file has had the id before, in a row that was read well.
 * @param stored the row as read back from the database; `undefined` when there is none.
 */
export function reconcileRow<Row extends object>(
  incoming: Row,
  stored: Row | undefined,
  isRepeated: boolean,
): Reconciled<Row> {
  if (isRepeated) return { type: 'duplicate' };
  if (stored === undefined) return { type: 'imported' };
  const columns = new Set([...Object.keys(incoming), ...Object.keys(stored)]) as Set<keyof Row & string>;
  const changed = [...columns].filter((column) => incoming[column] !== stored[column]);
  return changed.length === 0 ? { type: 'unchanged' } : { type: 'revised', changed };
}
