import { DIGIT, isWordKind, kindAt } from './characters.js';
import { foldText } from './folded-text.js';

/** One part of a cue: something that stands in the text as one token. */
export type CuePart =
  | { readonly type: 'word'; readonly word: string }
  /** One character that belongs to no word. */
  | { readonly type: 'sign'; readonly sign: string }
  | { readonly type: 'number' }
  | { readonly type: 'amount' }
  | { readonly type: 'dash' };

/** A cue taken apart. With `later`, that follows `parts` anywhere on the same line. */
export interface Cue {
  readonly parts: readonly CuePart[];
  readonly later: readonly CuePart[] | undefined;
}

const PARTS = /\{(\w*)\}|([\p{L}\p{N}\p{M}']+)|(\p{Pd})|([^\s{])|(\S)/gu;

/**
 * Takes a cue of a rule pack apart: `"which {later} fav"`, `"{amount} for {amount}"`, `"don't miss"`, `"- {number}"`. A hyphen
 * between two words is the same as a space.
 *
 * @returns the cue, or what is wrong with it, as a sentence for the pack's author.
 */
export function parseCue(text: string): Cue | string {
  const folded = foldText(text).folded;
  const groups: CuePart[][] = [[]];
  for (const match of folded.matchAll(PARTS)) {
    const [, placeholder, word, dash, sign] = match;
    const group = groups.at(-1) ?? [];
    if (placeholder === 'later') groups.push([]);
    else if (placeholder === 'number' || placeholder === 'amount') group.push({ type: placeholder });
    else if (placeholder !== undefined) return `{${placeholder}} is no placeholder: use {number}, {amount} or {later}`;
    else if (word !== undefined) {
      const problem = problemOfWord(word);
      if (problem !== undefined) return problem;
      group.push({ type: 'word', word });
    } else if (dash !== undefined) {
      if (!isBetweenWords(folded, match.index)) group.push({ type: 'dash' });
    } else if (sign !== undefined) {
      if (sign === '$' && /^[0-9]/.test(folded.slice(match.index + 1)))
        return 'an amount is written {amount}, whatever it is';
      group.push({ type: 'sign', sign });
    } else return 'a { begins a placeholder: use {number}, {amount} or {later}';
  }
  const [parts = [], later, ...more] = groups;
  if (more.length > 0) return '{later} stands at most once in a cue';
  if (parts.length === 0 || later?.length === 0)
    return 'a cue needs a word, a sign or a placeholder, on both sides of {later}';
  return { parts, later };
}

function problemOfWord(word: string): string | undefined {
  if (/^'|'$|''/.test(word))
    return `the apostrophe of ${word} stands at the edge of a word: write it inside, or leave it away`;
  if (kindAt(word, 0) === DIGIT && !/^[0-9]+$/.test(word))
    return `${word} mixes digits and letters: write {number}, or use a pattern`;
  return undefined;
}

function isBetweenWords(text: string, at: number): boolean {
  return at > 0 && at + 1 < text.length && isWordKind(kindAt(text, at - 1)) && isWordKind(kindAt(text, at + 1));
}
