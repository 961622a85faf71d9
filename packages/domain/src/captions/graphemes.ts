let segmenter: Intl.Segmenter | undefined;

/** Characters that a reader does not perceive at all, such as a zero-width space standing alone. */
const NOTHING_VISIBLE = /^\p{Default_Ignorable_Code_Point}+$/u;

/**
 * Counts user-perceived characters of `text` (a flag or a family of emoji is one, CR LF is one, a zero-width character alone
 * none) and stops after `limit` of them.
 *
 * @returns how many there are, at most `limit`, and where the last of them ends, in UTF-16 units.
 */
export function countCharacters(text: string, limit = Infinity): { count: number; end: number } {
  let count = 0;
  let at = 0;
  while (at < text.length && count < limit) {
    const end = standAloneEnd(text, at);
    if (end > at) {
      count += 1;
      at = end;
      continue;
    }
    const stop = joinedRunEnd(text, at);
    for (const { segment } of (segmenter ??= new Intl.Segmenter('en')).segment(text.slice(at, stop))) {
      if (count === limit) return { count, end: at };
      if (!NOTHING_VISIBLE.test(segment)) count += 1;
      at += segment.length;
    }
  }
  return { count, end: at };
}

/**
 * The end of the character at `at` if it certainly is one by itself, else `at`. Spares the segmenter, which costs a
 * microsecond a character, for the rare texts that need it: a plain character joins its neighbour only if that one joins.
 */
function standAloneEnd(text: string, at: number): number {
  if (isCrLf(text, at)) return at + 2;
  const end = plainEnd(text, at);
  return end === at || end === text.length || plainEnd(text, end) > end ? end : at;
}

/** The end of the run from `at` in which characters may join: up to the first that stands between two plain ones. */
function joinedRunEnd(text: string, at: number): number {
  let end = plainEnd(text, at);
  let plainBefore = end > at;
  if (!plainBefore) end = at + 1;
  while (end < text.length) {
    const next = plainEnd(text, end);
    if (next > end && plainBefore) return end;
    plainBefore = next > end;
    end = plainBefore ? next : end + 1;
  }
  return end;
}

const isCrLf = (text: string, at: number): boolean => text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10;

/** The end of the code point at `at` if it never joins another such one (grapheme break property "Other"), else `at`. */
function plainEnd(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x300) return isCrLf(text, at) || unit === 0xad ? at : at + 1;
  if (unit >= 0x2010 && unit <= 0x2027) return at + 1; // dashes, quotes, bullets, ellipsis
  if (unit >= 0x2190 && unit <= 0x2bff) return at + 1; // arrows, shapes, symbols, dingbats
  if (unit < 0xd83c || unit > 0xd83e) return at;
  const codePoint = text.codePointAt(at) ?? 0;
  // Emoji, but no regional indicators (flags) and no skin tones.
  const isPlain = codePoint >= 0x1f300 && codePoint <= 0x1faff && (codePoint < 0x1f3fb || codePoint > 0x1f3ff);
  return isPlain ? at + 2 : at;
}
