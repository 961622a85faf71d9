import type { Cue, CuePart } from './cue.js';
import type { Alphabet, Token } from './tokens.js';
import { AMOUNT_UNIT, DASH_UNIT, FIRST_FREE_UNIT, NUMBER_UNIT } from './tokens.js';
import { wordForms } from './word-forms.js';

/** A place where a cue matched: tokens `first` to `last`, both included. */
export interface CueHit {
  readonly cue: number;
  readonly first: number;
  readonly last: number;
}

/** What ends at a node of the trie: a whole cue, or its part before or after `{later}`. */
interface Ending {
  readonly cue: number;
  readonly part: 'whole' | 'head' | 'tail';
}

interface Node {
  readonly next: Map<number, Node>;
  readonly endings: Ending[];
}

/** A head seen on a line that waits for its tail. */
interface Waiting {
  readonly line: number;
  readonly first: number;
  readonly last: number;
}

/**
 * All cues of a structure in one trie over tokens, so that a text is read once however many cues there are. A token begins
 * at most as many steps as the trie is deep and its word has meanings, both fixed by the pack: linear in the text.
 */
export class CueIndex {
  readonly alphabet: Alphabet;
  private readonly root: Node = { next: new Map(), endings: [] };

  /** @param longWords words that a word of a cue also stands for; folded. */
  constructor(cues: readonly Cue[], longWords: ReadonlyMap<string, readonly string[]>) {
    const letters = new Letters(longWords);
    cues.forEach(({ parts, later }, cue) => {
      this.add(parts, { cue, part: later ? 'head' : 'whole' }, letters);
      if (later) this.add(later, { cue, part: 'tail' }, letters);
    });
    this.alphabet = letters.alphabet();
  }

  /**
   * All places where cues match, in order of their first token (a cue with `{later}`: of its second half).
   *
   * @param onStep called for each step through the trie; for tests that count the work.
   */
  hits(tokens: readonly Token[], onStep?: () => void): CueHit[] {
    const hits: CueHit[] = [];
    const waiting = new Map<number, Waiting>();

    const meet = ({ cue, part }: Ending, first: number, last: number): void => {
      if (part === 'whole') {
        hits.push({ cue, first, last });
        return;
      }
      const line = tokens[first]?.line ?? 0;
      const head = waiting.get(cue);
      const isWaiting = head !== undefined && head.line === line;
      if (part === 'head') {
        if (!isWaiting && tokens[last]?.line === line) waiting.set(cue, { line, first, last });
      } else if (isWaiting && head.last < first && tokens[last]?.line === line) {
        hits.push({ cue, first: head.first, last });
        waiting.delete(cue);
      }
    };
    const walk = (node: Node, first: number, at: number): void => {
      for (const unit of tokens[at]?.units ?? []) {
        onStep?.();
        const child = node.next.get(unit);
        if (!child) continue;
        for (const ending of child.endings) meet(ending, first, at);
        if (child.next.size > 0 && tokens[at + 1]?.isNext === true) walk(child, first, at + 1);
      }
    };
    for (let at = 0; at < tokens.length; at += 1) if (tokens[at]?.isAttached === false) walk(this.root, at, at);
    return hits;
  }

  private add(parts: readonly CuePart[], ending: Ending, letters: Letters): void {
    let node = this.root;
    for (const part of parts) {
      const unit = letters.unitOf(part);
      let child = node.next.get(unit);
      if (!child) node.next.set(unit, (child = { next: new Map(), endings: [] }));
      node = child;
    }
    node.endings.push(ending);
  }
}

const NONE: readonly number[] = [];

/** Numbers the words and signs of cues while the trie is built, and collects the forms in which words are written. */
class Letters {
  private readonly units = new Map<string, number>();
  private readonly forms = new Map<string, { unit: number; apostrophes: readonly number[] }[]>();
  private readonly signs = new Map<number, readonly number[]>();

  constructor(private readonly longWords: ReadonlyMap<string, readonly string[]>) {}

  unitOf(part: CuePart): number {
    if (part.type === 'number') return NUMBER_UNIT;
    if (part.type === 'amount') return AMOUNT_UNIT;
    if (part.type === 'dash') return DASH_UNIT;
    const text = part.type === 'word' ? part.word : part.sign;
    const known = this.units.get(text);
    if (known !== undefined) return known;
    const unit = this.units.size + FIRST_FREE_UNIT;
    this.units.set(text, unit);
    if (part.type === 'sign') this.signs.set(text.codePointAt(0) ?? 0, [unit]);
    else for (const word of [text, ...(this.longWords.get(text) ?? [])]) this.addForms(word, unit);
    return unit;
  }

  alphabet(): Alphabet {
    // Most words carry no apostrophe, and then every form will do: their answers are made once.
    const plain = new Map([...this.forms].map(([word, forms]) => [word, [...new Set(forms.map(({ unit }) => unit))]]));
    return {
      unitsOfWord: (word, apostrophes) => {
        const units = plain.get(word) ?? NONE;
        if (units.length === 0 || apostrophes.length === 0) return units;
        const forms = this.forms.get(word) ?? [];
        const fitting = forms.filter((form) => apostrophes.every((at) => form.apostrophes.includes(at)));
        return [...new Set(fitting.map(({ unit }) => unit))];
      },
      maxWordLength: [...this.forms.keys()].reduce((longest, word) => Math.max(longest, word.length), 0),
      signs: this.signs,
    };
  }

  private addForms(word: string, unit: number): void {
    const forms = /^[0-9]+$/.test(word) ? [{ letters: word, apostrophes: [] }] : wordForms(word);
    for (const { letters, apostrophes } of forms) {
      this.forms.set(letters, [...(this.forms.get(letters) ?? []), { unit, apostrophes }]);
    }
  }
}
