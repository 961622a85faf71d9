import { STRUCTURES } from '../captions/index.js';
import type { Structure } from '../captions/index.js';
import { seededRandom } from '../chance/index.js';
import { isRested, latestUseMs, lotOf } from './caption-rest.js';

import type { MatchRequest } from './match-captions.js';
import type { PlanCaption } from './week-draft.js';

/** A caption that some slot can use. */
export interface Candidate {
  readonly caption: PlanCaption;
  /** 0..count - 1. */
  readonly index: number;
  /** Sums of these tell sets of candidates apart. */
  readonly key: number;
  /** Whether it is rested on the slot's day. */
  readonly fits: (slot: number) => boolean;
}

/** The captions of one content type and structure, in the order in which they are to be taken. */
export interface Pool {
  readonly structure: Structure;
  readonly candidates: readonly Candidate[];
  /** The number of the pool, 0..poolCount - 1. */
  readonly index: number;
}

const always = (): boolean => true;

/** What one slot can choose from. */
export interface SlotChoice {
  /** The number of its content type, 0..typeCount - 1. */
  readonly type: number;
  readonly pools: readonly Pool[];
  /** How many slots the content type has. */
  readonly demand: number;
  /**
   * Whether its content type has captions enough for this slot and all later ones, when so many were taken before: to pass
   * over the slot then loses a match for good.
   */
  readonly isSpare: (takenCount: number) => boolean;
}

export interface Candidates {
  readonly count: number;
  readonly typeCount: number;
  readonly poolCount: number;
  /** No match of these slots can be larger. */
  readonly matchable: number;
  at(slot: number): SlotChoice;
}

/**
 * The captions worth trying for each slot. One that must be used before a later planned use comes first, then own before
 * shared ones, then the longest rested. Of captions that are rested all week long a pool needs no more than its content
 * type has slots.
 */
export function candidatesFor({ slots, captions, usesMs, restDays, seed }: MatchRequest): Candidates {
  const slotsOfType = new Map<string, number[]>();
  slots.forEach(({ contentType }, slot) => {
    const same = slotsOfType.get(contentType);
    if (same) same.push(slot);
    else slotsOfType.set(contentType, [slot]);
  });
  const groups = new Map<string, Map<string, PlanCaption[]>>();
  const seen = new Set<number>();
  for (const caption of captions) {
    const { captionId, structure, contentType } = caption;
    if (structure === 'free' || contentType === undefined || !slotsOfType.has(contentType) || seen.has(captionId))
      continue;
    seen.add(captionId);
    let byStructure = groups.get(contentType);
    if (!byStructure) groups.set(contentType, (byStructure = new Map()));
    const group = byStructure.get(structure);
    if (group) group.push(caption);
    else byStructure.set(structure, [caption]);
  }
  const random = seededRandom(`${seed}|captions`);
  const salt = Math.floor(random() * 2 ** 32);
  const choices: SlotChoice[] = [];
  let typeCount = 0;
  let poolCount = 0;
  let count = 0;
  let matchable = 0;
  for (const [contentType, own] of slotsOfType) {
    const pools: Pool[] = [];
    for (const structure of STRUCTURES) {
      const group = groups.get(contentType)?.get(structure);
      if (!group) continue;
      const candidates = rankedPool(group, own).map((ranked) => ({
        ...ranked,
        index: count++,
        key: Math.floor(random() * 2 ** 40) + 1,
      }));
      if (candidates.length > 0) pools.push({ structure, candidates, index: poolCount++ });
    }
    const supply = pools.reduce((sum, { candidates }) => sum + candidates.length, 0);
    matchable += Math.min(own.length, supply);
    const type = typeCount;
    own.forEach((slot, nth) => {
      choices[slot] = {
        type,
        pools,
        demand: own.length,
        isSpare: (takenCount) => own.length - nth <= supply - takenCount,
      };
    });
    typeCount += 1;
  }
  return { count, typeCount, poolCount, matchable, at };

  function at(slot: number): SlotChoice {
    const choice = choices[slot];
    if (!choice) throw new Error(`bug: no slot ${slot}`);
    return choice;
  }

  function rankedPool(group: readonly PlanCaption[], own: readonly number[]) {
    const isRestedAt = (caption: PlanCaption, slot: number): boolean => {
      const { fromMs, untilMs } = slots[slot] ?? { fromMs: 0, untilMs: 0 };
      return isRested(usesMs.get(caption.captionId), fromMs, untilMs, restDays);
    };
    const ranked = group.map((caption) => {
      const lot = lotOf(caption.captionId, salt);
      const uses = usesMs.get(caption.captionId);
      if (!uses) return { caption, lot, fits: always, lastSlot: own.at(-1) ?? -1, lastUseMs: -Infinity };
      const rested = new Set(own.filter((slot) => isRestedAt(caption, slot)));
      const fits = rested.size === own.length ? always : (slot: number) => rested.has(slot);
      return { caption, lot, fits, lastSlot: Math.max(-1, ...rested), lastUseMs: latestUseMs(uses) };
    });
    ranked.sort(
      (a, b) =>
        a.lastSlot - b.lastSlot ||
        Number(b.caption.isOwn) - Number(a.caption.isOwn) ||
        (a.lastUseMs === b.lastUseMs ? a.lot - b.lot : a.lastUseMs - b.lastUseMs) ||
        a.caption.captionId - b.caption.captionId,
    );
    let alwaysCount = 0;
    const useful = ranked.filter(
      ({ lastSlot, fits }) => lastSlot >= 0 && (fits !== always || alwaysCount++ < own.length),
    );
    return useful.map(({ caption, fits }) => ({ caption, fits }));
  }
}
