import { distribute } from '../arithmetic/index.js';
import type { Bounds } from './base-volume.js';

/**
 * A week's sends over its seven days: in proportion to the weights as far as the bounds of a day allow, by the largest
 * remainder. The sum is exact; what a full day cannot take goes to the days with room.
 *
 * A total of under 7 * min cannot give every day its minimum; the days' minimum is then 0.
 *
 * @param total whole, at most 7 * max.
 */
export function distributeWeek(total: number, weights: readonly number[], { min, max }: Bounds): number[] {
  const days = weights.length;
  if (!Number.isSafeInteger(total) || total < 0 || total > days * max) {
    throw new Error(`bug: ${total} sends do not fit in ${days} days of at most ${max}`);
  }
  const low = total < days * min ? 0 : min;
  const counts = new Array<number | undefined>(days).fill(undefined);

  // The days out of bounds are fixed at their bound, the worse side first, until the rest fits: each round fixes one or ends.
  for (;;) {
    const share = sharesOfFree(total, weights, counts);
    let excess = 0;
    let shortage = 0;
    for (let day = 0; day < days; day++) {
      if (counts[day] === undefined) {
        excess += Math.max(0, share(day) - max);
        shortage += Math.max(0, low - share(day));
      }
    }
    if (excess === 0 && shortage === 0) return filled(total, weights, counts);
    for (let day = 0; day < days; day++) {
      if (counts[day] !== undefined) continue;
      if (excess >= shortage && share(day) > max) counts[day] = max;
      if (excess < shortage && share(day) < low) counts[day] = low;
    }
  }
}

type Counts = readonly (number | undefined)[];

/** What of the rest each day without a count would get, in fractions. With all their weights 0 they are equal. */
function sharesOfFree(total: number, weights: readonly number[], counts: Counts): (day: number) => number {
  let rest = total;
  let freeWeight = 0;
  let freeCount = 0;
  for (let day = 0; day < weights.length; day++) {
    const count = counts[day];
    rest -= count ?? 0;
    freeWeight += count === undefined ? (weights[day] ?? 0) : 0;
    freeCount += count === undefined ? 1 : 0;
  }
  return freeWeight > 0 ? (day) => (rest * (weights[day] ?? 0)) / freeWeight : () => rest / freeCount;
}

/** The counts, with the rest distributed over the days that have none yet. */
function filled(total: number, weights: readonly number[], counts: Counts): number[] {
  if (counts.every((count) => count === undefined)) return distribute(total, weights);
  const rest = total - counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const parts = distribute(
    rest,
    weights.filter((_, day) => counts[day] === undefined),
  );
  let next = 0;
  return counts.map((count) => count ?? parts[next++] ?? 0);
}
