/** What a character of a folded text is to the tokenizer. */
export const SIGN = 0;
export const SPACE = 1;
export const LETTER = 2;
export const DIGIT = 3;
export const APOSTROPHE = 4;
export const LINE_FEED = 5;
export const DASH = 6;
export const DOLLAR = 7;

/** What has been found out about the first 65,536 code points, as asking Unicode's tables is slow. */
const known = new Uint8Array(0x10000).fill(255);

/** The kind of the character at `at`. Marks count as letters, so that they never end a word. */
export function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const kind = known[unit] ?? 255;
  if (kind !== 255) return kind;
  const codePoint = text.codePointAt(at) ?? 0;
  if (isPictograph(codePoint)) return SIGN;
  const found = kindOfCharacter(String.fromCodePoint(codePoint));
  if (codePoint === unit && (unit < 0xd800 || unit > 0xdfff)) known[unit] = found;
  return found;
}

/** Whether it is one of the blocks of emoji and symbols that hold no letter, digit, mark or compatibility form. */
export const isPictograph = (codePoint: number): boolean =>
  (codePoint >= 0x1f300 && codePoint <= 0x1faff) || (codePoint >= 0x2600 && codePoint <= 0x2767);

/** UTF-16 units of the character at `at`; 1 for a lone surrogate. */
export function widthAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff && (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** Whether words are made of it. */
export const isWordKind = (kind: number): boolean => kind === LETTER || kind === DIGIT;

function kindOfCharacter(character: string): number {
  if (character === '\n') return LINE_FEED;
  if (character === "'") return APOSTROPHE;
  if (character === '$') return DOLLAR;
  if (/^[0-9]$/.test(character)) return DIGIT;
  if (/^[\p{L}\p{N}\p{M}]$/u.test(character)) return LETTER;
  if (/^[\p{Pd}\u2212]$/u.test(character)) return DASH;
  return /^\s$/.test(character) ? SPACE : SIGN;
}
