import type { Sha256 } from '../ports/index.js';
import type { Structure } from './caption.js';
import { STRUCTURES } from './caption.js';
import { CLASSIC_CLAIMS } from './classic-pack.js';
import type { Cue } from './cue.js';
import { parseCue } from './cue.js';
import { CueIndex } from './cue-index.js';
import { InvalidPackError } from './errors.js';
import { foldText } from './folded-text.js';
import { parsePack } from './pack-schema.js';
import type { CompiledPattern, PatternEngine } from './pattern-engine.js';
import type { ClaimRules, ElementRules, RulePack, StructureRules } from './rule-pack.js';

/** Names the rules behind a score. */
export interface PackIdentity {
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the pack's canonical JSON with its claims: equal content, equal hash. */
  readonly hash: string;
}

/** What a cue of the index belongs to: an element, by its place, or a kind of claim. */
export type CueOwner =
  { readonly type: 'element'; readonly element: number; readonly rule: string } | { readonly type: keyof ClaimRules };

/** An element with its patterns ready. */
export interface CompiledElement {
  readonly rules: ElementRules;
  readonly patterns: readonly { readonly rule: string; readonly pattern: CompiledPattern }[];
}

/** The rules of one structure, ready. `owners` is parallel to the cues of the index. */
export interface CompiledStructure {
  readonly minimum: number;
  readonly elements: readonly CompiledElement[];
  readonly index: CueIndex;
  readonly owners: readonly CueOwner[];
}

/** A pack made ready by {@link compilePack}; immutable, to be used for any number of captions. */
export interface CompiledPack {
  readonly identity: PackIdentity;
  readonly structures: Readonly<Partial<Record<Structure, CompiledStructure>>>;
}

/** Whether the pack needs a {@link PatternEngine} to be compiled. */
export const hasPatterns = (pack: RulePack): boolean =>
  STRUCTURES.some((structure) =>
    pack.structures[structure]?.elements.some(({ patterns }) => patterns !== undefined && patterns.length > 0),
  );

/**
 * Checks a pack and makes it ready: its cues become one trie per structure. Done once, as it costs as much as scoring some
 * hundreds of captions.
 *
 * @param engine runs the pack's patterns; `undefined` will do for a pack without any.
 * @throws {InvalidPackError} when the pack is malformed, has a pattern that the engine does not accept, or has patterns and
 *   there is no engine.
 */
export function compilePack(pack: RulePack, engine: PatternEngine | undefined, sha256: Sha256): CompiledPack {
  const parsed = parsePack(pack);
  const { name, version, claims = CLASSIC_CLAIMS } = parsed;
  const longWords = foldedLongWords(parsed);
  const structures: Partial<Record<Structure, CompiledStructure>> = {};
  for (const structure of STRUCTURES) {
    const rules = parsed.structures[structure];
    if (rules) structures[structure] = compileStructure(rules, claims, longWords, engine, `structures.${structure}`);
  }
  return { identity: { name, version, hash: sha256(JSON.stringify({ ...parsed, claims })) }, structures };
}

function compileStructure(
  rules: StructureRules,
  claims: ClaimRules,
  longWords: ReadonlyMap<string, readonly string[]>,
  engine: PatternEngine | undefined,
  path: string,
): CompiledStructure {
  const cues: Cue[] = [];
  const owners: CueOwner[] = [];
  const add = (text: string, owner: CueOwner): void => {
    cues.push(checkedCue(text));
    owners.push(owner);
  };
  rules.elements.forEach(({ name, cues: texts }, element) => {
    for (const text of texts) add(text, { type: 'element', element, rule: `${name}/${text}` });
  });
  for (const type of ['worth', 'price', 'otherAmounts', 'prize'] as const) {
    for (const text of claims[type]) add(text, { type });
  }
  const elements = rules.elements.map((element, index) => ({
    rules: element,
    patterns: compilePatterns(element, engine, `${path}.elements[${index}]`),
  }));
  return { minimum: rules.minimum, elements, index: new CueIndex(cues, longWords), owners };
}

function compilePatterns({ name, patterns = [] }: ElementRules, engine: PatternEngine | undefined, path: string) {
  return patterns.map(({ id, pattern }, index) => {
    const where = `${path}.patterns[${index}].pattern`;
    if (!engine) throw new InvalidPackError(where, 'there is no pattern engine: give one, or use cues');
    try {
      return { rule: `${name}/${id}`, pattern: engine.compile(pattern) };
    } catch (cause) {
      throw new InvalidPackError(where, `the engine does not accept it: ${String(cause)}`, { cause });
    }
  });
}

function checkedCue(text: string): Cue {
  const cue = parseCue(text);
  if (typeof cue === 'string') throw new Error(`bug: the cue "${text}" passed the schema, but ${cue}`);
  return cue;
}

const foldedLongWords = ({ longWords = {} }: RulePack): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(longWords).map(([word, long]) => [fold(word), long.map(fold)]));

const fold = (word: string): string => foldText(word).folded;
