import type { StoredItem, WeekInput } from './week-draft.js';

/** The uses of captions, those by the stored items around the week included. */
export function usesWithNeighbours({
  usesMs,
  neighbours,
}: Pick<WeekInput, 'usesMs' | 'neighbours'>): ReadonlyMap<number, readonly number[]> {
  const uses = new Map(usesMs);
  for (const { captionId, scheduledAtMs } of neighbours) {
    if (captionId !== undefined) uses.set(captionId, [...(uses.get(captionId) ?? []), scheduledAtMs]);
  }
  return uses;
}

/** The structures of the stored PPVs next to the week. */
export function structuresAround(neighbours: readonly StoredItem[], startMs: number) {
  let before: StoredItem | undefined;
  let after: StoredItem | undefined;
  for (const item of neighbours) {
    if (item.itemType !== 'ppv') continue;
    const isBefore = item.scheduledAtMs < startMs;
    if (isBefore && (!before || item.scheduledAtMs > before.scheduledAtMs)) before = item;
    if (!isBefore && (!after || item.scheduledAtMs < after.scheduledAtMs)) after = item;
  }
  return { before: before?.structure, after: after?.structure };
}
