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
  /** What the choices cost in scarce captions. */
  readonly cost: number;
  readonly last: Structure | undefined;
  readonly used: Uint8Array;
  /** Tells sets of used captions apart. */
  readonly usedKey: number;
}

/** How many paths are kept per last structure; the next is tried when the one before left a slot open. */
const BEAM_WIDTHS = [3, 24, 128];

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
  for (const width of BEAM_WIDTHS) {
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
    cost: 0,
    last: before,
    used: new Uint8Array(candidates.count),
    usedKey: 0,
  };
  let paths: Path[] = [start];
  slots.forEach((_, slot) => {
    const next = new Map<Structure | undefined, Map<number, Step>>();
    for (const path of paths) {
      keep(next, {
        path,
        chosen: undefined,
        last: path.last,
        matched: path.matched,
        cost: path.cost,
        usedKey: path.usedKey,
      });
      for (const pool of candidates.poolsOf(slot)) {
        if (pool.structure === path.last) continue;
        const chosen = pool.candidates.find(({ index, fits }) => path.used[index] === 0 && fits(slot));
        if (!chosen) continue;
        const usedKey = path.usedKey + chosen.key;
        keep(next, {
          path,
          chosen,
          last: pool.structure,
          matched: path.matched + 1,
          cost: path.cost + pool.scarcity,
          usedKey,
        });
      }
    }
    paths = [...next.values()].flatMap((steps) => [...steps.values()].sort(byWorth).slice(0, width).map(taken));
  });
  return paths.map((path) => withoutClash(path, after)).sort(byWorth)[0] ?? start;
}

/** A path one slot longer, before it is known to be worth keeping. */
interface Step {
  readonly path: Path;
  readonly chosen: Candidate | undefined;
  readonly last: Structure | undefined;
  readonly matched: number;
  readonly cost: number;
  readonly usedKey: number;
}

function keep(next: Map<Structure | undefined, Map<number, Step>>, step: Step): void {
  let steps = next.get(step.last);
  if (!steps) next.set(step.last, (steps = new Map()));
  const other = steps.get(step.usedKey);
  if (!other || byWorth(step, other) < 0) steps.set(step.usedKey, step);
}

function taken({ path, chosen, last, matched, cost, usedKey }: Step): Path {
  let used = path.used;
  if (chosen) {
    used = used.slice();
    used[chosen.index] = 1;
  }
  return { earlier: path, chosen, matched, cost, last, used, usedKey };
}

const byWorth = (a: { matched: number; cost: number }, b: { matched: number; cost: number }): number =>
  b.matched - a.matched || a.cost - b.cost;

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
