import type { Send } from '../history/index.js';
import { DAY_MS } from '../time/index.js';
import { feasibleShares, MAX_CONTENT_TYPES, type RotationPattern } from './rotation-pattern.js';

/** How far back a creator's sales count. */
const LOOKBACK_MS = 90 * DAY_MS;
const CYCLE_DAYS = 7;
const AVOID_REPEAT_WITHIN = 2;

/** What is known of a creator who has no rotation yet. */
export interface KnownContent {
  /** Sends before `asOfMs`; later ones, and those older than 90 days, are left out here. */
  readonly sends: readonly Pick<Send, 'category' | 'contentType' | 'sentAtMs'>[];
  /** The captions the creator may use. */
  readonly captions: readonly { readonly contentType: string | undefined }[];
  readonly asOfMs: number;
}

/**
 * The pattern of a creator who never chose one: the content types of the revenue sends of the last 90 days, each with its
 * share of those sends made feasible, `weighted_random`, 7 days, no type in two slots running.
 *
 * Where the spec (section 3) is silent: without such sends, the content types of the captions, in equal shares, since those can be
 * sent; with a single type `avoid_repeat_within` is 1; of more than 64 types the most sent ones. `undefined` when neither
 * sends nor captions name any: inventing a type would only hide that nobody knows what there is to sell.
 */
export function defaultPattern({ sends, captions, asOfMs }: KnownContent): RotationPattern | undefined {
  const sold = sends.filter(
    ({ category, sentAtMs }) => category === 'revenue' && sentAtMs < asOfMs && sentAtMs >= asOfMs - LOOKBACK_MS,
  );
  const counts = countByType(sold);
  if (counts.size > 0) return patternOf(counts);
  const inBank = new Map([...countByType(captions).keys()].map((type) => [type, 1]));
  return inBank.size > 0 ? patternOf(inBank) : undefined;
}

function countByType(items: readonly { readonly contentType: string | undefined }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { contentType } of items) {
    if (contentType !== undefined && contentType.trim() !== '')
      counts.set(contentType, (counts.get(contentType) ?? 0) + 1);
  }
  return counts;
}

function patternOf(counts: ReadonlyMap<string, number>): RotationPattern {
  const ranked = [...counts]
    .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
    .slice(0, MAX_CONTENT_TYPES);
  const w = Math.min(AVOID_REPEAT_WITHIN, ranked.length);
  const total = ranked.reduce((sum, [, count]) => sum + count, 0);
  const shares = feasibleShares(
    ranked.map(([, count]) => count / total),
    w,
  );
  return {
    content_types: ranked.map(([type]) => type),
    sequence_type: 'weighted_random',
    weights: Object.fromEntries(ranked.map(([type], i) => [type, shares[i] ?? 0])),
    cycle_length_days: CYCLE_DAYS,
    avoid_repeat_within: w,
  };
}
