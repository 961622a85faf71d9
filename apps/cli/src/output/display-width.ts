// Colours and weights, as picocolors writes them.
// eslint-disable-next-line no-control-regex
const ANSI = /\u001b\[[0-9;]*m/g;
const WIDE = /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\uFE0F/u;
const ASCII = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text without colours. */
export const plain = (text: string): string => text.replace(ANSI, '');

/** How many terminal columns one line takes: colours none, emoji and CJK two each, all else one for each character seen. */
export function displayWidth(line: string): number {
  const bare = plain(line);
  if (ASCII.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of graphemes.segment(bare)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The line cut to `width` columns, with `…` at the end where something is missing. Colours of a cut line are dropped. */
export function cutToWidth(line: string, width: number): string {
  if (displayWidth(line) <= width) return line;
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(plain(line))) {
    used += displayWidth(segment);
    if (used > width - 1) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

/** The line with blanks behind it (or before it) up to `width` columns. */
export function padToWidth(line: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(line)));
  return align === 'left' ? line + blanks : blanks + line;
}

/** The text in lines of at most `width` columns, broken between words where it can be. Nothing is lost. */
export function wrapToWidth(text: string, width: number): string[] {
  return text.split(/\r?\n/).flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (displayWidth(longer) <= width) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      const pieces = brokenWord(word, width);
      lines.push(...pieces.slice(0, -1));
      line = pieces.at(-1) ?? '';
    }
    return [...lines, line];
  });
}

/** A word in pieces of at most `width` columns. A coloured one loses its colours when it has to be broken. */
function brokenWord(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const { segment } of graphemes.segment(plain(word))) {
    const more = displayWidth(segment);
    if (used + more > width && piece !== '') {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += segment;
    used += more;
  }
  return [...pieces, piece];
}
