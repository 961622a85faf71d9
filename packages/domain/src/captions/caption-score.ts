import type { Structure } from './caption.js';
import type { PackIdentity } from './compile-pack.js';

/** What is known of the item that a caption sells. Only feeds the warnings. */
export interface CaptionFacts {
  /** What the reader will pay; 0 for a free item. */
  readonly priceUsd?: number;
  /** What the content costs when bought singly. */
  readonly catalogueValueUsd?: number;
}

/** Where a rule matched, in UTF-16 units of the caption as given: `text === caption.slice(start, end)`. */
export interface Evidence {
  /** Element and cue or pattern id, as in `exclusivity/never seen before`. */
  readonly rule: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly text: string;
}

/** One element of the structure. A present one has evidence, in order of its start; a missing one has advice instead. */
export interface ElementScore {
  readonly name: string;
  readonly present: boolean;
  readonly evidence: readonly Evidence[];
  /** What would make it present. */
  readonly advice?: string;
}

/** What may be untrue in the caption. Never changes the score. */
export interface CaptionWarning {
  readonly code:
    /** A price in the text is not the item's price. */
    | 'price_mismatch'
    /** A stated worth is above the catalogue value given. */
    | 'value_unbacked'
    /** It says that the reader won, and the item costs money. */
    | 'prize_claim';
  /** In UTF-16 units of the caption as given. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly text: string;
  readonly message: string;
}

/** How far a caption has the elements of a structure, and why. */
export interface CaptionScore {
  readonly structure: Structure;
  /** present / required, 0..1. For showing only: validity compares counts. */
  readonly score: number;
  /** How many elements are present. */
  readonly present: number;
  /** How many elements the structure has. */
  readonly required: number;
  /** How many must be present. */
  readonly minimum: number;
  /** `present >= minimum`. */
  readonly isValid: boolean;
  /** In the order of the pack. */
  readonly elements: readonly ElementScore[];
  readonly warnings: readonly CaptionWarning[];
  readonly pack: PackIdentity;
}
