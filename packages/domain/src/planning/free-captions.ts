import { seededRandom, shuffled } from '../chance/index.js';
import { isRested, latestUseMs } from './caption-rest.js';
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
  const free = captions.filter(({ structure }) => structure === 'free').sort((a, b) => a.captionId - b.captionId);
  const ranked = shuffled(free, seededRandom(`${seed}|free captions`))
    .map(({ captionId, isOwn }) => ({ captionId, isOwn, lastUseMs: latestUseMs(usesMs.get(captionId)) }))
    .sort((a, b) => Number(b.isOwn) - Number(a.isOwn) || (a.lastUseMs === b.lastUseMs ? 0 : a.lastUseMs - b.lastUseMs));
  const taken = new Set<number>();
  return atMs.map((itemMs) => {
    const choice = ranked.find(
      ({ captionId }) => !taken.has(captionId) && isRested(usesMs.get(captionId), itemMs, itemMs, restDays),
    );
    if (choice) taken.add(choice.captionId);
    return choice?.captionId;
  });
}
