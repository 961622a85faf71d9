/** What the text of a CREATE TABLE says and no PRAGMA tells. */
export interface TableText {
  /** Column name in lower case -> the conditions of its own CHECKs. */
  readonly checks: ReadonlyMap<string, readonly string[]>;
  /** The conditions of CHECKs that stand on their own. */
  readonly tableChecks: readonly string[];
  readonly isAutoincrement: boolean;
}

// A comment, a quoted piece, a word, or any one other character.
const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[\w$]+|\s+|[^\s\w]/g;
const IS_SPACE = /^(\s|--|\/\*)/;
const CONSTRAINTS = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']);

/** Reads the text of a CREATE TABLE as SQLite stores it. Conditions come with single blanks, words outside quotes as written. */
export function readCreateTable(sql: string): TableText {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => !IS_SPACE.test(token));
  const checks = new Map<string, string[]>();
  const tableChecks: string[] = [];
  for (const definition of definitionsIn(tokens)) {
    const [first = ''] = definition;
    const own = checksIn(definition);
    if (CONSTRAINTS.has(first.toUpperCase())) tableChecks.push(...own);
    else checks.set(unquoted(first).toLowerCase(), own);
  }
  return { checks, tableChecks, isAutoincrement: tokens.some((token) => token.toUpperCase() === 'AUTOINCREMENT') };
}

/** One condition in one spelling, so that two can be compared. */
export const normalisedCondition = (condition: string): string =>
  (condition.match(TOKEN) ?? [])
    .filter((token) => !IS_SPACE.test(token))
    .map((token) => (/^['"`[]/.test(token) ? unquotedName(token) : token.toLowerCase()))
    .join(' ');

/** The comma-separated parts between the outer brackets. */
function definitionsIn(tokens: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(tokens.indexOf('('))) {
    if (token === '(' && (depth += 1) === 1) continue;
    if (token === ')' && (depth -= 1) === 0) break;
    if (token === ',' && depth === 1) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

function checksIn(definition: readonly string[]): string[] {
  const checks: string[] = [];
  let depth = 0;
  for (const [at, token] of definition.entries()) {
    if (depth === 0 && token.toUpperCase() === 'CHECK') checks.push(bracketed(definition.slice(at + 1)).join(' '));
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
  }
  return checks;
}

/** What stands between the bracket that the tokens begin with and its partner. */
function bracketed(tokens: readonly string[]): string[] {
  let depth = 0;
  const end = tokens.findIndex((token) => {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    return depth === 0;
  });
  return tokens.slice(1, end);
}

const unquoted = (name: string): string => (/^["`[]/.test(name) ? name.slice(1, -1) : name);
/** A quoted name is the name; a text stays quoted. */
const unquotedName = (token: string): string => (token.startsWith("'") ? token : unquoted(token).toLowerCase());
