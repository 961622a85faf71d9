import { quotedOr } from '../storage/quoted-sql.js';

const TOKEN = quotedOr(String.raw`\?`);

/** Statements are few and made once; lists of values of every length are not, and need not be remembered. */
const REMEMBERED_MAX = 1_000;
const remembered = new Map<string, string>();

/** The statement with `$1`, `$2`, ... for each `?` that stands for a value. */
export function numberedPlaceholders(sql: string): string {
  const known = remembered.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const numbered = sql.replace(TOKEN, (token) => (token === '?' ? `$${(count += 1)}` : token));
  if (remembered.size < REMEMBERED_MAX) remembered.set(sql, numbered);
  return numbered;
}
