import { InvalidPatternError } from './errors.js';

/** How the next content type is found: by weight with chance, in the listed order, or in a fresh shuffle each cycle. */
export type SequenceType = 'weighted_random' | 'round_robin' | 'shuffled_cycle';
export const SEQUENCE_TYPES: readonly SequenceType[] = ['weighted_random', 'round_robin', 'shuffled_cycle'];

/** A rotation pattern, named exactly like the JSON of the schema reference, since it is stored and exchanged as that. */
export interface RotationPattern {
  /** Inventory keys such as `solo`: 1 to 64 of them, none twice. */
  readonly content_types: readonly string[];
  readonly sequence_type: SequenceType;
  /** A share of the slots for each content type. Only `weighted_random` looks at them. */
  readonly weights: Readonly<Record<string, number>>;
  /** Creator-local days, 1 to 366, after which the next plan renews the pattern. */
  readonly cycle_length_days: number;
  /** No content type twice in this many consecutive slots; 0 and 1 mean no rule. */
  readonly avoid_repeat_within: number;
}

/** A limit on everything: no inventory is larger (the predecessor knew 37 types, predecessor facts 10), and windows stay short. */
export const MAX_CONTENT_TYPES = 64;
const MAX_CYCLE_DAYS = 366;

/** How far the weights of a new pattern may be from a sum of 1 (spec, section 3). */
const SUM_TOLERANCE = 0.01;
/** How far a share may be above what `avoid_repeat_within` leaves room for (spec, section 3). */
const SHARE_TOLERANCE = 0.005;

/**
 * Reads a pattern as stored. Judges its shape only: weights that cannot be kept are served as nearly as they can be, by
 * `servePattern`. Without weights, as `round_robin` and `shuffled_cycle` need none, the shares are equal.
 *
 * @throws {InvalidPatternError} when a part is missing or of the wrong kind.
 */
export function parsePattern(input: unknown): RotationPattern {
  if (!isRecord(input))
    throw new InvalidPatternError('pattern', show(input), 'an object with content_types, sequence_type and so on');
  const contentTypes = contentTypesOf(input['content_types']);
  const sequenceType = SEQUENCE_TYPES.find((type) => type === input['sequence_type']);
  if (!sequenceType)
    throw new InvalidPatternError('sequence_type', show(input['sequence_type']), SEQUENCE_TYPES.join(', '));
  return {
    content_types: contentTypes,
    sequence_type: sequenceType,
    weights: weightsOf(input['weights'], contentTypes, sequenceType),
    cycle_length_days: wholeNumber(input, 'cycle_length_days', 1, MAX_CYCLE_DAYS),
    avoid_repeat_within: wholeNumber(input, 'avoid_repeat_within', 0, MAX_CONTENT_TYPES),
  };
}

/**
 * Reads a new pattern and holds it to what can be kept: at least `avoid_repeat_within` types, and, for `weighted_random`, a
 * weight for each type, summing to 1 give or take 0.01, with no share more than 0.005 above 1 / `avoid_repeat_within`.
 *
 * @throws {InvalidPatternError} naming the part, and of several weights that are too large the largest.
 */
export function checkPattern(input: unknown): RotationPattern {
  const pattern = parsePattern(input);
  const { content_types: types, weights, avoid_repeat_within: w } = pattern;
  const strange = Object.keys(input as object).find((key) => !(key in pattern));
  if (strange !== undefined)
    throw new InvalidPatternError(strange, 'not part of a pattern', `only ${Object.keys(pattern).join(', ')}`);
  if (w > types.length) {
    throw new InvalidPatternError(
      'avoid_repeat_within',
      String(w),
      `at most ${types.length}, the number of content types, or more types`,
    );
  }
  for (const name of Object.keys(weights)) {
    if (!types.includes(name))
      throw new InvalidPatternError(`weights.${name}`, show(weights[name]), 'weights for listed content_types only');
  }
  if (pattern.sequence_type === 'weighted_random') checkWeights(pattern);
  return pattern;
}

function checkWeights({ content_types: types, weights, avoid_repeat_within: w }: RotationPattern): void {
  for (const type of types) {
    const weight = weights[type];
    if (weight === undefined)
      throw new InvalidPatternError(`weights.${type}`, 'missing', 'a weight for every content type');
    if (weight < 0) throw new InvalidPatternError(`weights.${type}`, String(weight), 'a weight of at least 0');
  }
  const sum = types.reduce((total, type) => total + (weights[type] ?? 0), 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE + 1e-9) {
    throw new InvalidPatternError('weights', `summing to ${Number(sum.toFixed(4))}`, 'weights that sum to 1');
  }
  const [largest = ''] = [...types].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
  const share = (weights[largest] ?? 0) / sum;
  if (w > 1 && share > 1 / w + SHARE_TOLERANCE + 1e-9) {
    const most = Number((1 / w).toFixed(4));
    throw new InvalidPatternError(
      `weights.${largest}`,
      String(weights[largest]),
      `at most ${most}, since avoid_repeat_within ${w} leaves a type one slot in ${w}; or lower avoid_repeat_within`,
    );
  }
}

/** What of a stored pattern could not be kept, and what is done instead. */
export type PatternAdjustment =
  | { readonly type: 'weights_normalised'; readonly sum: number }
  | { readonly type: 'avoid_repeat_lowered'; readonly stored: number; readonly served: number }
  | { readonly type: 'share_capped'; readonly contentType: string; readonly stored: number; readonly served: number };

/** A pattern as it is drawn from. */
export interface ServedPattern {
  readonly contentTypes: readonly string[];
  readonly sequenceType: SequenceType;
  /** The share of slots of each content type, in the same order. They sum to 1 and each is at most 1 / avoidRepeatWithin. */
  readonly shares: readonly number[];
  /** At least 1 (no rule), at most the number of types. */
  readonly avoidRepeatWithin: number;
  /** Empty for a feasible pattern. */
  readonly adjustments: readonly PatternAdjustment[];
}

/**
 * The nearest feasible reading of a pattern: fewer types than `avoid_repeat_within` lower it to their number, and shares above
 * 1 / `avoid_repeat_within` are cut to that, the excess going to the others (`feasibleShares`). Tolerances of a new pattern
 * are evened out without a word; anything beyond is told in `adjustments`. A missing or negative weight counts as 0.
 */
export function servePattern(pattern: RotationPattern): ServedPattern {
  const { content_types: types, sequence_type: sequenceType, weights, avoid_repeat_within: stored } = pattern;
  const adjustments: PatternAdjustment[] = [];
  const w = Math.max(1, Math.min(stored, types.length));
  if (stored > types.length) adjustments.push({ type: 'avoid_repeat_lowered', stored, served: w });
  if (sequenceType !== 'weighted_random') {
    const shares = types.map(() => 1 / types.length);
    return { contentTypes: types, sequenceType, shares, avoidRepeatWithin: w, adjustments };
  }
  const raw = types.map((type) => Math.max(0, weights[type] ?? 0));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE + 1e-9) adjustments.push({ type: 'weights_normalised', sum });
  const wanted = raw.map((weight) => (sum > 0 ? weight / sum : 1 / types.length));
  const shares = feasibleShares(wanted, w);
  types.forEach((contentType, i) => {
    const [asStored, served] = [wanted[i] ?? 0, shares[i] ?? 0];
    if (asStored > 1 / w + SHARE_TOLERANCE + 1e-9)
      adjustments.push({ type: 'share_capped', contentType, stored: asStored, served });
  });
  return { contentTypes: types, sequenceType, shares, avoidRepeatWithin: w, adjustments };
}

/**
 * Cuts every share to 1 / w and spreads the excess over the others in proportion to their shares (equally, if those are all
 * 0), again and again until no share is above 1 / w. Needs at least w shares; they sum to 1 before and after.
 */
export function feasibleShares(shares: readonly number[], w: number): number[] {
  const cap = 1 / w;
  const isCut = shares.map(() => false);
  for (;;) {
    const room = 1 - isCut.filter(Boolean).length * cap;
    const rest = shares.filter((_, i) => !isCut[i]);
    const sum = rest.reduce((total, share) => total + share, 0);
    const served = shares.map((share, i) => (isCut[i] ? cap : sum > 0 ? (share / sum) * room : room / rest.length));
    const over = served.flatMap((share, i) => (!isCut[i] && share > cap + 1e-12 ? [i] : []));
    if (over.length === 0) return served;
    for (const i of over) isCut[i] = true;
  }
}

function contentTypesOf(given: unknown): string[] {
  const expected = `a list of 1 to ${MAX_CONTENT_TYPES} content types, none twice`;
  if (!Array.isArray(given)) throw new InvalidPatternError('content_types', show(given), expected);
  const types = given.filter((type): type is string => typeof type === 'string' && type.trim() !== '');
  const isGood = types.length === given.length && types.length > 0 && types.length <= MAX_CONTENT_TYPES;
  if (!isGood || new Set(types).size < types.length)
    throw new InvalidPatternError('content_types', show(given), expected);
  return types;
}

function weightsOf(given: unknown, types: readonly string[], sequenceType: SequenceType): Record<string, number> {
  if (given === undefined && sequenceType !== 'weighted_random') {
    return Object.fromEntries(types.map((type) => [type, 1 / types.length]));
  }
  if (!isRecord(given))
    throw new InvalidPatternError('weights', show(given), 'an object with a weight for every content type');
  return Object.fromEntries(
    Object.entries(given).map(([type, weight]) => {
      if (typeof weight === 'number' && Number.isFinite(weight)) return [type, weight];
      throw new InvalidPatternError(`weights.${type}`, show(weight), 'a number');
    }),
  );
}

function wholeNumber(input: Record<string, unknown>, field: string, least: number, most: number): number {
  const given = input[field];
  if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given;
  throw new InvalidPatternError(field, show(given), `a whole number from ${least} to ${most}`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200));
