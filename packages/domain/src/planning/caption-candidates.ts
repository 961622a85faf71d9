import { STRUCTURES } from '../captions/index.js';
import type { Structure } from '../captions/index.js';
import { seededRandom, shuffled } from '../chance/index.js';
import { isRested, latestUseMs } from './caption-rest.js';
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
  /** The slots of the content type per caption. */
  readonly scarcity: number;
}

export interface Candidates {
  readonly count: number;
  /** No match of these slots can be larger. */
  readonly matchable: number;
  poolsOf(slot: number): readonly Pool[];
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
  const groups = new Map<string, PlanCaption[]>();
  const seen = new Set<number>();
  for (const caption of captions) {
    if (seen.has(caption.captionId)) continue;
    seen.add(caption.captionId);
    if (caption.structure === 'free' || caption.contentType === undefined || !slotsOfType.has(caption.contentType))
      continue;
    const group = groups.get(`${caption.structure} ${caption.contentType}`);
    if (group) group.push(caption);
    else groups.set(`${caption.structure} ${caption.contentType}`, [caption]);
  }
  const random = seededRandom(`${seed}|captions`);
  const poolsOfType = new Map<string, Pool[]>();
  let count = 0;
  let matchable = 0;
  for (const [contentType, own] of slotsOfType) {
    const pools: Pool[] = [];
    for (const structure of STRUCTURES) {
      const group = groups.get(`${structure} ${contentType}`);
      if (!group) continue;
      const candidates = rankedPool(group, own).map((ranked) => ({
        ...ranked,
        index: count++,
        key: Math.floor(random() * 2 ** 40) + 1,
      }));
      if (candidates.length > 0) pools.push({ structure, candidates, scarcity: own.length / candidates.length });
    }
    poolsOfType.set(contentType, pools);
    matchable += Math.min(
      own.length,
      pools.reduce((sum, { candidates }) => sum + candidates.length, 0),
    );
  }
  return { count, matchable, poolsOf: (slot) => poolsOfType.get(slots[slot]?.contentType ?? '') ?? [] };

  function rankedPool(group: readonly PlanCaption[], own: readonly number[]) {
    const byId = [...group].sort((a, b) => a.captionId - b.captionId);
    const isRestedAt = (caption: PlanCaption, slot: number): boolean => {
      const { fromMs, untilMs } = slots[slot] ?? { fromMs: 0, untilMs: 0 };
      return isRested(usesMs.get(caption.captionId), fromMs, untilMs, restDays);
    };
    const ranked = shuffled(byId, random).map((caption) => {
      const uses = usesMs.get(caption.captionId);
      const rested = new Set(uses ? own.filter((slot) => isRestedAt(caption, slot)) : own);
      const lastSlot = own.findLast((slot) => rested.has(slot)) ?? -1;
      const isAlways = rested.size === own.length;
      const fits = isAlways ? () => true : (slot: number) => rested.has(slot);
      return { caption, fits, isAlways, lastSlot, lastUseMs: latestUseMs(uses) };
    });
    ranked.sort(
      (a, b) =>
        a.lastSlot - b.lastSlot ||
        Number(b.caption.isOwn) - Number(a.caption.isOwn) ||
        (a.lastUseMs === b.lastUseMs ? 0 : a.lastUseMs - b.lastUseMs),
    );
    let alwaysCount = 0;
    const useful = ranked.filter(
      ({ lastSlot, isAlways }) => lastSlot >= 0 && (!isAlways || alwaysCount++ < own.length),
    );
    return useful.map(({ caption, fits }) => ({ caption, fits }));
  }
}
