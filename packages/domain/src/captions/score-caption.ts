import { InvalidSettingsError } from '../errors.js';
import type { Structure } from './caption.js';
import { CaptionReading, OPENING_LENGTH } from './caption-reading.js';
import type { CaptionFacts, CaptionScore, ElementScore, Evidence } from './caption-score.js';
import type { CompiledElement, CompiledPack } from './compile-pack.js';
import { InvalidCaptionError } from './errors.js';
import { countCharacters } from './graphemes.js';
import type { ElementRules } from './rule-pack.js';
import { warningsOf } from './warnings.js';

/** The most UTF-16 units of a caption. Source: spec, section 1. */
export const MAX_CAPTION_LENGTH = 10_000;

const NO_FACTS: CaptionFacts = {};

/**
 * Scores a caption by the rules of a structure: which elements are present and by what evidence, what would bring the
 * missing ones, and what may be untrue. Depends on nothing but its arguments; linear in the length of the text.
 *
 * @param facts what is known of the item; without them there are no warnings.
 * @throws {InvalidCaptionError} when `text` is blank, not a string, or has more than 10,000 UTF-16 units.
 * @throws {InvalidSettingsError} when the pack has no rules for the structure, or a fact is not an amount.
 */
export function scoreCaption(
  text: string,
  structure: Structure,
  facts: CaptionFacts | undefined,
  pack: CompiledPack,
): CaptionScore {
  if (typeof text !== 'string') throw new InvalidCaptionError('not_a_string', undefined, MAX_CAPTION_LENGTH);
  if (text.length > MAX_CAPTION_LENGTH) throw new InvalidCaptionError('too_long', text.length, MAX_CAPTION_LENGTH);
  const rules = Object.hasOwn(pack.structures, structure) ? pack.structures[structure] : undefined;
  if (!rules) {
    throw new InvalidSettingsError(
      'structure',
      `"${String(structure)}"`,
      `one of ${Object.keys(pack.structures).join(', ')}`,
    );
  }
  checkAmount('priceUsd', facts?.priceUsd);
  checkAmount('catalogueValueUsd', facts?.catalogueValueUsd);

  const reading = new CaptionReading(text, rules);
  if (reading.isBlank) throw new InvalidCaptionError('blank', text.length, MAX_CAPTION_LENGTH);
  const elements = rules.elements.map((element, index) => scoreElement(element, index, reading));
  const present = elements.filter((element) => element.present).length;
  const required = elements.length;
  return {
    structure,
    score: present / required,
    present,
    required,
    minimum: rules.minimum,
    isValid: present >= rules.minimum,
    elements,
    warnings: warningsOf(reading, facts ?? NO_FACTS),
    pack: pack.identity,
  };
}

function scoreElement({ rules, patterns }: CompiledElement, index: number, reading: CaptionReading): ElementScore {
  const { name, scope } = rules;
  const missing = (why = ''): ElementScore => ({ name, present: false, evidence: [], advice: why + rules.advice });
  const own = reading.hits.filter(({ owner }) => owner.type === 'element' && owner.element === index);
  if (own.length === 0 && patterns.length === 0) return missing();
  const bounds = reading.boundsOf(scope);
  if (!bounds) return missing();

  const evidence: Evidence[] = [];
  for (const { owner, start, end } of own) {
    if (owner.type !== 'element' || start < bounds.start || end > bounds.end) continue;
    evidence.push({ rule: owner.rule, ...reading.span(start, end) });
  }
  const folded = patterns.length > 0 ? reading.folded.folded.slice(bounds.start, bounds.end) : '';
  for (const { rule, pattern } of patterns) {
    const match = pattern.firstMatch(folded);
    if (!match || match.end <= match.start) continue;
    evidence.push({ rule, ...reading.span(bounds.start + match.start, bounds.start + match.end) });
  }
  if (evidence.length === 0) {
    const [outside] = own;
    if (scope !== 'opening' || !outside) return missing();
    const { text } = reading.span(outside.start, outside.end);
    return missing(`"${text}" comes after the first ${OPENING_LENGTH} characters: move it forward, or `);
  }
  const problem = lengthProblem(rules, () => reading.textOf(scope, bounds));
  if (problem !== undefined) return missing(problem);
  return { name, present: true, evidence: evidence.sort((a, b) => a.start - b.start || a.end - b.end) };
}

/** What is wrong with the length of the scope's text, as the beginning of an advice. */
function lengthProblem({ minLength, maxLength }: ElementRules, textOf: () => string): string | undefined {
  if (minLength === undefined && maxLength === undefined) return undefined;
  const text = textOf();
  if (minLength !== undefined) {
    const { count } = countCharacters(text, minLength);
    if (count < minLength) return `it has ${count} characters, at least ${minLength} count: `;
  }
  // No character is shorter than a unit, so most texts need no counting here.
  if (maxLength !== undefined && text.length > maxLength && countCharacters(text, maxLength + 1).count > maxLength) {
    return `it has more than ${maxLength} characters: `;
  }
  return undefined;
}

function checkAmount(setting: string, usd: number | undefined): void {
  if (usd === undefined || (Number.isFinite(usd) && usd >= 0)) return;
  throw new InvalidSettingsError(setting, String(usd), 'an amount in USD, 0 or more');
}
