import type { CompiledStructure, CueOwner } from './compile-pack.js';
import type { FoldedText } from './folded-text.js';
import { foldText } from './folded-text.js';
import { countCharacters } from './graphemes.js';
import type { Scope } from './rule-pack.js';
import type { Line, Token } from './tokens.js';
import { tokenize } from './tokens.js';

/** A place in the folded text where a cue matched. `end` is exclusive; `amounts` are those inside it, in order. */
export interface Hit {
  readonly owner: CueOwner;
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
}

/** A place in the original, in UTF-16 units, with its text. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A part of the folded text, `end` exclusive. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
}

/** How many user-perceived characters the scope `opening` has. Source: spec, section 1. */
export const OPENING_LENGTH = 100;

/** A caption read once against the cues of a structure: the hits, and the parts in which rules look. */
export class CaptionReading {
  readonly hits: readonly Hit[];
  readonly tokens: readonly Token[];
  readonly folded: FoldedText;
  private readonly lines: readonly Line[];

  constructor(
    readonly text: string,
    { index, owners }: CompiledStructure,
  ) {
    this.folded = foldText(text);
    const { tokens, lines } = tokenize(this.folded.folded, index.alphabet);
    this.tokens = tokens;
    this.lines = lines;
    const hits: Hit[] = [];
    for (const { cue, first, last } of index.hits(tokens)) {
      const [owner, start, end] = [owners[cue], tokens[first]?.start, tokens[last]?.end];
      if (!owner || start === undefined || end === undefined)
        throw new Error('bug: a hit outside the cues or the tokens');
      hits.push({ owner, start, end, tokens: owner.type === 'element' ? NO_TOKENS : tokens.slice(first, last + 1) });
    }
    this.hits = hits;
  }

  get isBlank(): boolean {
    return this.lines.length === 0;
  }

  /** Where the scope lies in the folded text; `undefined` if the caption has too few lines to have it. */
  boundsOf(scope: Scope): Bounds | undefined {
    const { lines } = this;
    switch (scope) {
      case 'all':
        return { start: 0, end: this.folded.folded.length };
      case 'opening':
        return { start: 0, end: this.openingEnd() };
      case 'first_line':
        return lines[0];
      case 'last_line':
        return lines.length > 1 ? lines.at(-1) : undefined;
      case 'body_lines': {
        const body = this.bodyLines();
        const [first, last] = [body[0], body.at(-1)];
        return first && last && { start: first.start, end: last.end };
      }
    }
  }

  /** The text whose length is compared with an element's limits. */
  textOf(scope: Scope, bounds: Bounds): string {
    const lines = scope === 'body_lines' ? this.bodyLines() : [bounds];
    return lines.map((line) => this.span(line.start, line.end).text).join(' ');
  }

  /** The place in the original of a non-empty stretch of the folded text. */
  span(start: number, end: number): Span {
    const [from, to] = [this.folded.originalStart(start), this.folded.originalEnd(end)];
    return { start: from, end: to, text: this.text.slice(from, to) };
  }

  private bodyLines(): readonly Line[] {
    return this.lines.length === 2 ? this.lines.slice(1) : this.lines.slice(1, -1);
  }

  private openingEnd(): number {
    // No character is shorter than a unit, so a text this short is all opening.
    if (this.text.length <= OPENING_LENGTH) return this.folded.folded.length;
    return this.folded.foldedEnd(countCharacters(this.text, OPENING_LENGTH).end);
  }
}

const NO_TOKENS: readonly Token[] = [];
