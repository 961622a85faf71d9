import type { Structure } from '../captions/index.js';
import { candidatesFor } from './caption-candidates.js';
import type { Candidate, Candidates } from './caption-candidates.js';
import type { PlanCaption } from './week-draft.js';

/** A revenue item that needs a caption. */
export interface CaptionSlot {
  readonly contentType: string;
  /** The local day it falls on. A caption must be rested all day long, so that the match needs no times. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface MatchRequest {
  /** In chronological order. */
  readonly slots: readonly CaptionSlot[];
  readonly captions: readonly PlanCaption[];
  readonly usesMs: ReadonlyMap<number, readonly number[]>;
  readonly restDays: number;
  /** Structure of the last PPV before the slots, and of the first one behind them. */
  readonly before?: Structure | undefined;
  readonly after?: Structure | undefined;
  readonly seed: string;
}

export interface CaptionMatch {
  /** One per slot; `undefined` where none is left. */
  readonly captions: readonly (PlanCaption | undefined)[];
  readonly unmatchedCount: number;
}

/** A choice for the first few slots. */
interface Path {
  readonly earlier: Path | undefined;
  readonly chosen: Candidate | undefined;
  readonly matched: number;
  /** How many matches are out of reach by now, whatever comes: slots passed over for which there was a caption to spare. */
  readonly lost: number;
  /** What the choices cost in scarce captions: each costs the more, the fewer its pool still had. */
  readonly cost: number;
  readonly last: Structure | undefined;
  /** 1 for each candidate taken; behind these, how many were taken of each content type, then of each pool. */
  readonly used: Uint8Array;
  /** Tells sets of used captions apart. */
  readonly usedKey: number;
}

/** How many paths are kept per last structure; the next is tried when the one before left a slot open. */
const beamWidths = (slotCount: number): readonly number[] => [2, 16, Math.max(32, Math.ceil(1024 / (slotCount + 1)))];

/**
 * Gives each slot a caption of its content type, such that no caption is used twice, each is rested, and no two
 * neighbours have the same structure. An unmatched slot does not part its neighbours: it will not be sent.
 *
 * The only matching in the engine: what the volume is lowered by is what the week is assembled with. It is a beam search
 * over the slots that keeps the most matches and, among as many, spends the captions that there are most of. It is exact
 * wherever all slots can be matched easily, and on small weeks; elsewhere it may miss the maximum by little. Of captions that
 * serve alike it takes the creator's own before shared ones, then the longest rested; the seed decides what is left.
 */
export function matchCaptions(request: MatchRequest): CaptionMatch {
  const candidates = candidatesFor(request);
  let best: Path | undefined;
  for (const width of beamWidths(request.slots.length)) {
    const found = searchPaths(request, candidates, width);
    if (!best || found.matched > best.matched) best = found;
    if (best.matched === candidates.matchable) break;
  }
  const captions: (PlanCaption | undefined)[] = [];
  for (let path = best; path?.earlier; path = path.earlier) captions.push(path.chosen?.caption);
  captions.reverse();
  return { captions, unmatchedCount: captions.filter((caption) => caption === undefined).length };
}

function searchPaths(request: MatchRequest, candidates: Candidates, width: number): Path {
  const { slots, before, after } = request;
  const start: Path = {
    earlier: undefined,
    chosen: undefined,
    matched: 0,
    lost: 0,
    cost: 0,
    last: before,
    used: new Uint8Array(candidates.count + candidates.typeCount + candidates.poolCount),
    usedKey: 0,
  };
  let paths: Path[] = [start];
  slots.forEach((_, slot) => {
    const { pools, isSpare, demand, ...choice } = candidates.at(slot);
    const type = candidates.count + choice.type;
    const next = new Map<Structure | undefined, Map<number, Step>>();
    for (const path of paths) {
      const { last, matched, cost, usedKey, used } = path;
      const lost = path.lost + (isSpare(used[type] ?? 0) ? 1 : 0);
      keep(next, { path, chosen: undefined, type, pool: 0, last, matched, lost, cost, usedKey });
      for (const { structure, candidates: own, index } of pools) {
        if (structure === last) continue;
        const chosen = own.find((candidate) => used[candidate.index] === 0 && candidate.fits(slot));
        if (!chosen) continue;
        const pool = candidates.count + candidates.typeCount + index;
        const scarcity = demand / (own.length - (used[pool] ?? 0));
        keep(next, {
          path,
          chosen,
          type,
          pool,
          last: structure,
          matched: matched + 1,
          lost: path.lost,
          cost: cost + scarcity,
          usedKey: usedKey + chosen.key,
        });
      }
    }
    paths = [...next.values()].flatMap((steps) => [...steps.values()].sort(byPromise).slice(0, width).map(taken));
  });
  return paths.map((path) => withoutClash(path, after)).sort(byResult)[0] ?? start;
}

/** A path one slot longer, before it is known to be worth keeping. */
interface Step {
  readonly path: Path;
  readonly chosen: Candidate | undefined;
  /** Where the path counts what it took of the slot's content type, and of the pool. */
  readonly type: number;
  readonly pool: number;
  readonly last: Structure | undefined;
  readonly matched: number;
  readonly lost: number;
  readonly cost: number;
  readonly usedKey: number;
}

function keep(next: Map<Structure | undefined, Map<number, Step>>, step: Step): void {
  let steps = next.get(step.last);
  if (!steps) next.set(step.last, (steps = new Map()));
  const other = steps.get(step.usedKey);
  if (!other || byPromise(step, other) < 0) steps.set(step.usedKey, step);
}

function taken({ path, chosen, type, pool, matched, lost, cost, last, usedKey }: Step): Path {
  let used = path.used;
  if (chosen) {
    used = used.slice();
    used[chosen.index] = 1;
    used[type] = (used[type] ?? 0) + 1;
    used[pool] = (used[pool] ?? 0) + 1;
  }
  return { earlier: path, chosen, matched, lost, cost, last, used, usedKey };
}

interface Worth {
  readonly matched: number;
  readonly lost: number;
  readonly cost: number;
}

const byPromise = (a: Worth, b: Worth): number => a.lost - b.lost || b.matched - a.matched || a.cost - b.cost;
const byResult = (a: Worth, b: Worth): number => b.matched - a.matched || a.cost - b.cost;

/** Gives up the last match when the PPV behind the slots has its structure; the match before it has another. */
function withoutClash(path: Path, after: Structure | undefined): Path {
  if (after === undefined || path.last !== after) return path;
  const kept: Path[] = [];
  let clash: Path = path;
  while (clash.chosen === undefined) {
    kept.push(clash);
    if (!clash.earlier) return path; // nothing matched: the two stored PPVs are not ours to part
    clash = clash.earlier;
  }
  if (!clash.earlier) throw new Error('bug: the start of a path has a caption');
  let shorter: Path = { ...clash.earlier, earlier: clash.earlier, chosen: undefined };
  for (let i = kept.length; i > 0; i--) shorter = { ...shorter, earlier: shorter };
  return shorter;
}
