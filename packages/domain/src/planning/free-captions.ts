import { seededRandom } from '../chance/index.js';
import { isRested, latestUseMs, lotOf } from './caption-rest.js';
import type { PlanCaption } from './week-draft.js';

/**
 * Gives each free item a rested `free` caption, or none when none is left: own before shared ones, then the longest
 * rested, each at most once. The items are given by their instants, in chronological order.
 */
export function freeCaptionsFor(
  atMs: readonly number[],
  captions: readonly PlanCaption[],
  usesMs: ReadonlyMap<number, readonly number[]>,
  restDays: number,
  seed: string,
): (number | undefined)[] {
  const salt = Math.floor(seededRandom(`${seed}|free captions`)() * 2 ** 32);
  const ranked = captions
    .filter(({ structure }) => structure === 'free')
    .map(({ captionId, isOwn }) => ({
      captionId,
      isOwn,
      lastUseMs: latestUseMs(usesMs.get(captionId)),
      lot: lotOf(captionId, salt),
    }))
    .sort(
      (a, b) =>
        Number(b.isOwn) - Number(a.isOwn) ||
        (a.lastUseMs === b.lastUseMs ? a.lot - b.lot : a.lastUseMs - b.lastUseMs) ||
        a.captionId - b.captionId,
    );
  const taken = new Set<number>();
  return atMs.map((itemMs) => {
    const choice = ranked.find(
      ({ captionId }) => !taken.has(captionId) && isRested(usesMs.get(captionId), itemMs, itemMs, restDays),
    );
    if (choice) taken.add(choice.captionId);
    return choice?.captionId;
  });
}
