import type { Structure } from './caption.js';
import { STRUCTURES } from './caption.js';
import { parseCue } from './cue.js';
import { InvalidPackError } from './errors.js';
import { foldText } from './folded-text.js';
import type { ClaimRules, ElementRules, PatternRule, RulePack, StructureRules } from './rule-pack.js';
import { SCOPES } from './rule-pack.js';

/** Limits of a pack: far above what anyone writes by hand, low enough that no pack can stop a service. */
const MAX_CUES = 1_000;
const MAX_CUE_LENGTH = 100;
const MAX_PATTERNS = 100;
const MAX_PATTERN_LENGTH = 1_000;
const MAX_ELEMENTS = 50;

/**
 * Checks a rule pack, such as one read from JSON. The answer is a fresh object with its keys in one order, so that equal
 * packs have equal JSON. A key that no pack has is refused: it is most likely a misspelt one.
 *
 * @throws {InvalidPackError} naming the first place that is wrong.
 */
export function parsePack(value: unknown): RulePack {
  const pack = fields(value, '', ['name', 'version', 'longWords', 'structures', 'claims']);
  const structures = fields(pack['structures'], 'structures', STRUCTURES);
  const served = STRUCTURES.filter((structure) => structures[structure] !== undefined);
  if (served.length === 0) throw new InvalidPackError('structures', `give rules for one of ${STRUCTURES.join(', ')}`);
  return {
    name: text(pack['name'], 'name', 100),
    version: wholeNumber(pack['version'], 'version', 1),
    ...(pack['longWords'] === undefined ? {} : { longWords: parseLongWords(pack['longWords']) }),
    structures: Object.fromEntries(
      served.map((structure) => [structure, parseStructure(structures[structure], `structures.${structure}`)]),
    ) as Partial<Record<Structure, StructureRules>>,
    ...(pack['claims'] === undefined ? {} : { claims: parseClaims(pack['claims']) }),
  };
}

function parseStructure(value: unknown, path: string): StructureRules {
  const rules = fields(value, path, ['minimum', 'elements']);
  const elements = list(rules['elements'], `${path}.elements`, MAX_ELEMENTS).map((element, index) =>
    parseElement(element, `${path}.elements[${index}]`),
  );
  if (elements.length === 0) throw new InvalidPackError(`${path}.elements`, 'give at least one element');
  refuseRepeats(
    elements.map(({ name }) => name),
    `${path}.elements`,
  );
  const minimum = wholeNumber(rules['minimum'], `${path}.minimum`, 1);
  if (minimum > elements.length) {
    throw new InvalidPackError(
      `${path}.minimum`,
      `is ${minimum}: give at most ${elements.length}, the number of elements`,
    );
  }
  return { minimum, elements };
}

function parseElement(value: unknown, path: string): ElementRules {
  const keys = ['name', 'scope', 'minLength', 'maxLength', 'cues', 'patterns', 'advice'] as const;
  const element = fields(value, path, keys);
  const scope = SCOPES.find((known) => known === element['scope']);
  if (!scope)
    throw new InvalidPackError(`${path}.scope`, `is ${shown(element['scope'])}: give one of ${SCOPES.join(', ')}`);
  const cues = parseCues(element['cues'], `${path}.cues`);
  const patterns =
    element['patterns'] === undefined ? undefined : parsePatterns(element['patterns'], `${path}.patterns`);
  if (cues.length + (patterns?.length ?? 0) === 0) throw new InvalidPackError(path, 'give at least one cue or pattern');
  refuseRepeats([...cues, ...(patterns ?? []).map(({ id }) => id)], path);

  const minLength = optional(element['minLength'], `${path}.minLength`);
  const maxLength = optional(element['maxLength'], `${path}.maxLength`);
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength) {
    throw new InvalidPackError(`${path}.minLength`, `is ${minLength}: give at most maxLength, which is ${maxLength}`);
  }
  return {
    name: text(element['name'], `${path}.name`, 100),
    scope,
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    cues,
    ...(patterns === undefined ? {} : { patterns }),
    advice: text(element['advice'], `${path}.advice`, 1_000),
  };
}

function parsePatterns(value: unknown, path: string): PatternRule[] {
  return list(value, path, MAX_PATTERNS).map((entry, index) => {
    const rule = fields(entry, `${path}[${index}]`, ['id', 'pattern']);
    const pattern = text(rule['pattern'], `${path}[${index}].pattern`, MAX_PATTERN_LENGTH);
    return { id: text(rule['id'], `${path}[${index}].id`, 100), pattern };
  });
}

function parseCues(value: unknown, path: string): string[] {
  return list(value, path, MAX_CUES).map((entry, index) => {
    const cue = text(entry, `${path}[${index}]`, MAX_CUE_LENGTH);
    const parsed = parseCue(cue);
    if (typeof parsed === 'string') throw new InvalidPackError(`${path}[${index}]`, `${shown(cue)}: ${parsed}`);
    return cue;
  });
}

function parseClaims(value: unknown): ClaimRules {
  const claims = fields(value, 'claims', ['worth', 'price', 'otherAmounts', 'prize']);
  const amounts = (key: 'worth' | 'price' | 'otherAmounts'): string[] => {
    const cues = parseCues(claims[key], `claims.${key}`);
    const without = cues.findIndex((cue) => !cue.includes('{amount}'));
    if (without < 0) return cues;
    throw new InvalidPackError(
      `claims.${key}[${without}]`,
      `${shown(cues[without])} names no amount: put {amount} in it`,
    );
  };
  const [worth, price, otherAmounts] = [amounts('worth'), amounts('price'), amounts('otherAmounts')];
  return { worth, price, otherAmounts, prize: parseCues(claims['prize'], 'claims.prize') };
}

function parseLongWords(value: unknown): Record<string, readonly string[]> {
  if (!isObject(value)) throw new InvalidPackError('longWords', 'give an object of words, as in { "vid": ["video"] }');
  const word = (entry: unknown, path: string): string => {
    const given = text(entry, path, MAX_CUE_LENGTH);
    if (/^[\p{L}\p{M}]+('[\p{L}\p{M}]+)*$/u.test(foldText(given).folded)) return given;
    throw new InvalidPackError(path, `${shown(given)} is not one word`);
  };
  const entries = Object.keys(value)
    .sort()
    .map((key) => [
      word(key, `longWords.${key}`),
      list(value[key], `longWords.${key}`, MAX_CUES).map((entry, index) => word(entry, `longWords.${key}[${index}]`)),
    ]);
  return Object.fromEntries(entries) as Record<string, readonly string[]>;
}

function fields(value: unknown, path: string, keys: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) throw new InvalidPackError(path, `is ${shown(value)}: give an object with ${keys.join(', ')}`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown === undefined) return value;
  throw new InvalidPackError(path === '' ? unknown : `${path}.${unknown}`, `is not known here: use ${keys.join(', ')}`);
}

function list(value: unknown, path: string, limit: number): unknown[] {
  if (!Array.isArray(value)) throw new InvalidPackError(path, `is ${shown(value)}: give a list`);
  if (value.length > limit) throw new InvalidPackError(path, `has ${value.length} entries: give at most ${limit}`);
  return Array.from<unknown>(value);
}

function text(value: unknown, path: string, limit: number): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new InvalidPackError(path, `is ${shown(value)}: give a text`);
  if (value.length > limit) throw new InvalidPackError(path, `has ${value.length} characters: give at most ${limit}`);
  return value;
}

function wholeNumber(value: unknown, path: string, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidPackError(path, `is ${shown(value)}: give a whole number from ${least} on`);
}

const optional = (value: unknown, path: string): number | undefined =>
  value === undefined ? undefined : wholeNumber(value, path, 1);

function refuseRepeats(names: readonly string[], path: string): void {
  const folded = names.map((name) => foldText(name).folded);
  const repeated = names.find((_, index) => folded.indexOf(folded[index] ?? '') < index);
  if (repeated !== undefined) throw new InvalidPackError(path, `${shown(repeated)} stands twice: name each once`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as a short text for a message. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 50)}"`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
