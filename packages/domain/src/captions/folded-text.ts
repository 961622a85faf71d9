import { isPictograph } from './characters.js';

/** A stretch of the folded text whose length differs from the original's. Ends are exclusive. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly originalStart: number;
  readonly originalEnd: number;
}

/**
 * A text as cues see it: small letters, Unicode compatibility forms (styled letters, ligatures, full-width signs) as plain
 * ones, apostrophes straight, and characters without width gone. Knows for each unit where it stood in the original.
 */
export class FoldedText {
  constructor(
    readonly original: string,
    readonly folded: string,
    private readonly changes: readonly Change[],
  ) {}

  /** Where in the original the character begins that unit `at` of the folded text came from. */
  originalStart(at: number): number {
    const change = this.lastChangeUpTo(at);
    if (!change) return at;
    return at < change.end ? change.originalStart : change.originalEnd + (at - change.end);
  }

  /** Where in the original a stretch ends (exclusive) that ends at `end` (exclusive) in the folded text. */
  originalEnd(end: number): number {
    const change = this.lastChangeUpTo(end - 1);
    if (!change) return end;
    return end <= change.end ? change.originalEnd : change.originalEnd + (end - change.end);
  }

  /** The longest beginning of the folded text that lies before `originalEnd`, as its end (exclusive). */
  foldedEnd(originalEnd: number): number {
    let [low, high] = [0, this.folded.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.originalEnd(middle) <= originalEnd) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private lastChangeUpTo(at: number): Change | undefined {
    let [low, high] = [0, this.changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle]?.start ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return this.changes[low - 1];
  }
}

const NON_ASCII = /[^\x00-\x7f]/; // eslint-disable-line no-control-regex
const MARK = /^\p{M}$/u;
const WITHOUT_WIDTH = /^\p{Default_Ignorable_Code_Point}$/u;
/** Frames the digit before it; the digit counts. */
const KEYCAP = /\u20e3/g;
const CURLY_APOSTROPHES = /[\u2018\u2019\u201b\u02bc]/g;

/** Folds a text for matching. A lone surrogate stays as it is. Linear in the length. */
export function foldText(original: string): FoldedText {
  if (!NON_ASCII.test(original)) return new FoldedText(original, original.toLowerCase(), []);

  const changes: Change[] = [];
  let folded = '';
  let copied = 0; // the original up to here is in `folded`
  let at = 0;
  while (at < original.length) {
    const unit = original.charCodeAt(at);
    const next = at + 1 < original.length ? original.charCodeAt(at + 1) : 0;
    // A mark belongs to the letter before it: "e" and U+0301 are one "é". No mark stands below U+0300.
    if (unit < 0x80 && next < 0x300) {
      at += 1;
      continue;
    }
    const end = clusterEnd(original, at);
    const cluster = original.slice(at, end);
    const plain = foldCluster(cluster);
    if (plain !== cluster) {
      folded += original.slice(copied, at);
      if (plain.length !== cluster.length || cluster.length > 1) {
        changes.push({ start: folded.length, end: folded.length + plain.length, originalStart: at, originalEnd: end });
      }
      folded += plain;
      copied = end;
    }
    at = end;
  }
  folded += original.slice(copied);
  return new FoldedText(original, lowerCase(folded), changes);
}

/**
 * The most marks that are folded with their letter, as in Unicode's stream-safe text format (UAX #15): no language stacks
 * more, and normalising takes longer than linear time in the length of a stack.
 */
const MAX_MARKS = 30;

/** The end of the code point at `at` together with the combining marks after it. */
function clusterEnd(text: string, at: number): number {
  const base = at + widthOf(text.codePointAt(at) ?? 0);
  let end = base;
  for (let marks = 0; marks < MAX_MARKS; marks += 1) {
    if (end >= text.length || text.charCodeAt(end) < 0x300) return end;
    const codePoint = text.codePointAt(end) ?? 0;
    const character = String.fromCodePoint(codePoint);
    if (!MARK.test(character) || WITHOUT_WIDTH.test(character) || WITHOUT_WIDTH.test(text.slice(at, base))) return end;
    end += widthOf(codePoint);
  }
  return end;
}

function foldCluster(cluster: string): string {
  const codePoint = cluster.codePointAt(0) ?? 0;
  if (cluster.length === widthOf(codePoint)) {
    // What most captions hold beside ASCII need not be looked up in Unicode's tables.
    if (codePoint === 0x2018 || codePoint === 0x2019) return "'";
    if (
      isPictograph(codePoint) ||
      (codePoint >= 0x2012 && codePoint <= 0x2016) ||
      (codePoint >= 0x201c && codePoint <= 0x2023)
    ) {
      return cluster;
    }
  }
  if (WITHOUT_WIDTH.test(cluster)) return '';
  return lowerCase(cluster.normalize('NFKC').replace(CURLY_APOSTROPHES, "'").replace(KEYCAP, ''));
}

/** Small letters, unit for unit: the one letter that grows when it gets small (U+0130) becomes a plain i first. */
const lowerCase = (text: string): string => text.replaceAll('\u0130', 'i').toLowerCase();

const widthOf = (codePoint: number): number => (codePoint > 0xffff ? 2 : 1);
