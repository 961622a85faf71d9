import type { Structure } from './caption.js';

/** The part of a caption in which a rule looks. Lines end with LF or CRLF; blank lines are dropped, the rest trimmed. */
export type Scope =
  /** The first 100 user-perceived characters; a match must lie wholly inside. */
  | 'opening'
  | 'first_line'
  /** The lines between the first and the last, as if joined by a space; with two lines, the second; with one, none. */
  | 'body_lines'
  /** The last of at least two lines. */
  | 'last_line'
  | 'all';
export const SCOPES: readonly Scope[] = ['opening', 'first_line', 'body_lines', 'last_line', 'all'];

/**
 * A regular expression of the pack's author, run by a {@link PatternEngine}. It is matched without regard to case against
 * the folded text of its scope: small letters, styled letters plain, zero-width characters gone, apostrophes straight.
 * The first match is the evidence; an empty match is none.
 */
export interface PatternRule {
  /** Names the rule in the evidence. Unique among the patterns and cues of its element. */
  readonly id: string;
  readonly pattern: string;
}

/**
 * One element of a structure. It is present if a cue or a pattern matches inside its scope, and the text of the scope has a
 * length within the limits.
 *
 * A cue is a phrase: words, signs such as `•` or `?`, and the placeholders `{number}` (`20`, `1,200`), `{amount}` (`$30`,
 * `$1,234.50`) and, once, `{later}` (anything up to the end of the line). Words match at word boundaries and with the
 * endings of spec, section 1; between them stand white space or a hyphen.
 */
export interface ElementRules {
  readonly name: string;
  readonly scope: Scope;
  /** Fewest user-perceived characters of the scope's text. Absent: no limit. */
  readonly minLength?: number;
  /** Most user-perceived characters of the scope's text. Absent: no limit. */
  readonly maxLength?: number;
  readonly cues: readonly string[];
  readonly patterns?: readonly PatternRule[];
  /** What would make the element present; shown when it is missing. */
  readonly advice: string;
}

/** The rules of one structure: it is valid when at least `minimum` of its elements are present. */
export interface StructureRules {
  readonly minimum: number;
  readonly elements: readonly ElementRules[];
}

/** What a caption says about money and prizes, in cues. Feeds the warnings, never the score. */
export interface ClaimRules {
  /** The first amount of each is a stated worth. */
  readonly worth: readonly string[];
  /** The last amount of each is the stated price. */
  readonly price: readonly string[];
  /** Amounts that are neither, such as a rebate. */
  readonly otherAmounts: readonly string[];
  /** Says that the reader won. */
  readonly prize: readonly string[];
}

/**
 * The rules by which captions are scored, as data: JSON in, JSON out. `parsePack` checks one, `compilePack` makes it ready.
 * A pack may serve one structure only.
 */
export interface RulePack {
  readonly name: string;
  /** A whole number from 1 on; raise it with every change, so that stored scores can be told apart. */
  readonly version: number;
  /** Words that a word of a cue also stands for: `{ "vid": ["video"] }`. Each takes the same endings. */
  readonly longWords?: Readonly<Record<string, readonly string[]>>;
  readonly structures: Readonly<Partial<Record<Structure, StructureRules>>>;
  /** Absent: those of the pack `classic`. */
  readonly claims?: ClaimRules;
}
