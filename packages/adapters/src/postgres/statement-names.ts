import { createHash } from 'node:crypto';

/** Lists of values of every length make texts of their own, which seldom come again. */
const USES_BEFORE_KEPT = 3;
/** Each connection keeps as many plans at the most. */
const KEPT_MAX = 300;
const COUNTED_MAX = 2_000;

/** Texts that were not used often enough yet, with how often they were. */
const counted = new Map<string, number>();
const named = new Map<string, string>();
/** Part of each name, so that after `forgetStatementNames` all are prepared anew. */
let stretch = 0;

/**
 * The name under which a connection is to keep a statement prepared: the server takes longer to plan one of ours than to run it.
 * `undefined` for a text that is not used often.
 */
export function statementName(sql: string): string | undefined {
  const known = named.get(sql);
  if (known !== undefined) return known;
  const uses = (counted.get(sql) ?? 0) + 1;
  if (uses < USES_BEFORE_KEPT || named.size >= KEPT_MAX) {
    if (counted.size < COUNTED_MAX || counted.has(sql)) counted.set(sql, uses);
    return undefined;
  }
  counted.delete(sql);
  // Of the text, so that nobody who shares the connection means another one by it.
  const name = `eros_${stretch}_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
  named.set(sql, name);
  return name;
}

/** The server has forgotten what it kept, or it does not fit the tables any more. */
export function forgetStatementNames(): void {
  stretch += 1;
  named.clear();
}
