// A quoted text, a quoted name, a word, or any one other character.
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\w$]+(?:\.\d+)?|[^\s\w]/g;
const BRACKETS = new Set(['(', ')', '[', ']']);
/** Words that go on a type of several words: `double precision`, `timestamp with time zone`. */
const TYPE_GOES_ON = new Set(['precision', 'varying', 'with', 'without', 'time', 'zone']);

/**
 * SQL in the one spelling in which what we write can be compared with what PostgreSQL makes of it: it keeps the parse, and
 * tells it with brackets, casts, schemas and longer forms of `IN` and `BETWEEN`. For comparing only.
 */
export function postgresSpelling(sql: string): string {
  return withoutCasts(sql.match(TOKEN) ?? [])
    .filter((token) => !BRACKETS.has(token))
    .flatMap(spelled)
    .join(' ')
    .replace(/\bif not exists /g, '')
    .replace(/ on \S+ \. /g, ' on ')
    .replace(/ using btree\b/g, '')
    .replace(/ in (?=')/g, ' = any array ')
    .replace(/ in (?=[-\d])/g, ' = any array ')
    .replace(/(\w+) between ((?:- )?\S+) and ((?:- )?\S+)/g, '$1 > = $2 and $1 < = $3');
}

function withoutCasts(tokens: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    if (tokens[i] === ':' && tokens[i + 1] === ':') {
      i += 2; // the colons; the type's first word is passed over by the loop
      while (TYPE_GOES_ON.has(tokens[i + 1] ?? '')) i += 1;
    } else {
      kept.push(tokens[i] ?? '');
    }
  }
  return kept;
}

/** A quoted number is the number, a quoted name the name; words are in lower case, texts as they are. */
function spelled(token: string): string[] {
  const number = /^'(-?)(\d+(?:\.\d+)?)'$/.exec(token);
  if (number) return number[1] ? ['-', number[2] ?? ''] : [number[2] ?? ''];
  if (token.startsWith("'")) return [token];
  return [token.startsWith('"') ? token.slice(1, -1) : token.toLowerCase()];
}
