import { DAY_MS } from '../time/index.js';

/**
 * Whether a caption may go out at any time from `fromMs` to `untilMs`: each use is at least `restDays` times 24 hours
 * away, whether it lies before (a send) or behind (an item of a later week that is already planned).
 */
export function isRested(
  usesMs: readonly number[] | undefined,
  fromMs: number,
  untilMs: number,
  restDays: number,
): boolean {
  if (usesMs === undefined) return true;
  const restMs = restDays * DAY_MS;
  return usesMs.every((atMs) => fromMs - atMs >= restMs || atMs - untilMs >= restMs);
}

/** The latest of the uses; -Infinity without any. */
export function latestUseMs(usesMs: readonly number[] | undefined): number {
  return usesMs === undefined ? -Infinity : usesMs.reduce((latest, atMs) => Math.max(latest, atMs), -Infinity);
}

/** Puts captions that serve alike into an order of chance: the same for the same salt, whatever order they come in. */
export function lotOf(captionId: number, salt: number): number {
  const mixed = Math.imul(captionId ^ salt, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
}
