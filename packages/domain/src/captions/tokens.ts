import {
  APOSTROPHE,
  DASH,
  DIGIT,
  DOLLAR,
  isWordKind,
  kindAt,
  LETTER,
  LINE_FEED,
  SPACE,
  widthAt,
} from './characters.js';

/** What the words and signs of a text stand for in a set of cues. The numbers are the letters of the cues' alphabet. */
export interface Alphabet {
  /** What the word stands for, empty if no cue knows it. `apostrophes`: as in `WordForm`. */
  unitsOfWord(letters: string, apostrophes: readonly number[]): readonly number[];
  /** The longest word that any cue knows, in letters. */
  readonly maxWordLength: number;
  /** What the signs of cues stand for, by code point. */
  readonly signs: ReadonlyMap<number, readonly number[]>;
}

/** Stands for any number, any amount of money, and a dash that joins no words. */
export const NUMBER_UNIT = 0;
export const AMOUNT_UNIT = 1;
export const DASH_UNIT = 2;
export const FIRST_FREE_UNIT = 3;

/** A word, number, amount or sign that some cue knows. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly units: readonly number[];
  /** Line of the text, from 0, blank lines counted. */
  readonly line: number;
  /** Only white space, or one hyphen, stands between the token before and this one. */
  readonly isNext: boolean;
  /** Written to the digits before it, as `vids` in `3vids`: no word by itself. */
  readonly isAttached: boolean;
  /** Amounts only. */
  readonly cents: number | undefined;
}

/** A line with something on it, trimmed. */
export interface Line {
  readonly start: number;
  readonly end: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Blank ones dropped. */
  readonly lines: readonly Line[];
}

const NONE: readonly number[] = [];
const A_DASH: readonly number[] = [DASH_UNIT];
const AN_AMOUNT: readonly number[] = [AMOUNT_UNIT];

/** Splits a folded text in one pass. Every character is looked at a bounded number of times. */
export function tokenize(text: string, alphabet: Alphabet): Tokens {
  const tokens: Token[] = [];
  const lines: Line[] = [];
  let line = 0;
  let lineStart = -1;
  let lineEnd = 0;
  let isNext = false;
  let before: number = SPACE; // kind of the character before `at`

  const endLine = (): void => {
    if (lineStart >= 0) lines.push({ start: lineStart, end: lineEnd });
    lineStart = -1;
  };
  /** A token that no cue knows parts its neighbours. */
  const take = (start: number, end: number, units: readonly number[], cents?: number): void => {
    const isAttached = before === DIGIT && kindAt(text, start) === LETTER;
    if (units.length > 0) tokens.push({ start, end, units, line, isNext, isAttached, cents });
    isNext = units.length > 0;
  };

  let at = 0;
  while (at < text.length) {
    const kind = kindAt(text, at);
    const start = at;
    if (kind === LINE_FEED) {
      endLine();
      line += 1;
      at += 1;
      before = kind;
      continue;
    }
    if (kind === SPACE) {
      at += 1;
      before = kind;
      continue;
    }
    if (kind === LETTER) {
      at = wordEnd(text, start);
      take(start, at, unitsOfWord(text, start, at, alphabet));
    } else if (kind === DIGIT) {
      at = numberEnd(text, start);
      take(start, at, [
        NUMBER_UNIT,
        ...alphabet.unitsOfWord(text.slice(start, Math.min(at, start + alphabet.maxWordLength + 1)), NONE),
      ]);
    } else if (kind === DOLLAR && isDigitAt(text, start + 1)) {
      at = numberEnd(text, start + 1);
      take(start, at, AN_AMOUNT, centsOf(text.slice(start + 1, at)));
    } else {
      const isJoiner = kind === DASH && isWordKind(before) && isWordKind(kindAfter(text, start + 1));
      at = start + widthAt(text, start);
      const units = kind === DASH ? A_DASH : alphabet.signs.get(text.codePointAt(start) ?? 0);
      if (!isJoiner) take(start, at, units ?? NONE);
    }
    before = kind === DOLLAR && at > start + 1 ? DIGIT : kind;
    if (lineStart < 0) lineStart = start;
    lineEnd = at;
  }
  endLine();
  return { tokens, lines };
}

/** The end of the word: letters, digits, and apostrophes between them. */
function wordEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    const kind = kindAfter(text, at);
    if (isWordKind(kind)) at += widthAt(text, at);
    else if (kind === APOSTROPHE && isWordKind(kindAfter(text, at + 1))) at += 1;
    else return at;
  }
}

const unitsOfWord = (text: string, start: number, end: number, alphabet: Alphabet): readonly number[] => {
  if (end - start > 2 * alphabet.maxWordLength) return NONE;
  const word = text.slice(start, end);
  if (!word.includes("'")) return alphabet.unitsOfWord(word, NONE);
  const apostrophes = [...word.matchAll(/'/g)].map(({ index }, nth) => index - nth);
  return alphabet.unitsOfWord(word.replaceAll("'", ''), apostrophes);
};

/** The end of `20`, `1,200`, `19.99` or `20+`. Commas must part thousands, and at most two decimals follow. */
function numberEnd(text: string, start: number): number {
  let at = start;
  while (isDigitAt(text, at)) at += 1;
  if (at - start <= 3) while (text[at] === ',' && digitsAt(text, at + 1, 4) === 3) at += 4;
  if (text[at] === '.') {
    const decimals = digitsAt(text, at + 1, 3);
    if (decimals === 1 || decimals === 2) at += 1 + decimals;
  }
  return text[at] === '+' ? at + 1 : at;
}

/** How many digits stand at `at`, at most `limit`. */
function digitsAt(text: string, at: number, limit: number): number {
  let count = 0;
  while (count < limit && isDigitAt(text, at + count)) count += 1;
  return count;
}

const isDigitAt = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at);
  return unit >= 48 && unit <= 57;
};

const kindAfter = (text: string, at: number): number => (at < text.length ? kindAt(text, at) : SPACE);

/** The digits of an amount, in cents: `1,234.5` is 123450. */
function centsOf(digits: string): number {
  return Math.round(Number(digits.replace(/[,+]/g, '')) * 100);
}
