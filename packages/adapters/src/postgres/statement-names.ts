import { createHash } from 'node:crypto';

/** Lists of values of every length make texts of their own, which seldom come again. */
const USES_BEFORE_KEPT = 3;
/** Each connection keeps as many plans at the most. */
const KEPT_MAX = 300;
const COUNTED_MAX = 2_000;

/** A name for the server's prepared statement. */
export interface StatementName {
  readonly text: string;
  /** The server has forgotten what it kept, or it does not fit the tables any more. */
  forget(): void;
}

/**
 * The names under which the connections of one pool are to keep statements prepared: the server takes longer to plan one of ours than to
 * run it. What another pool forgets, or uses often, is no concern of theirs.
 */
export class StatementNames {
  /** Texts that were not used often enough yet, with how often they were. */
  private readonly counted = new Map<string, number>();
  private readonly named = new Map<string, StatementName>();
  /** Part of each name, so that after `forget` all are prepared anew. */
  private stretch = 0;

  /** `undefined` for a text that is not used often. */
  of(sql: string): StatementName | undefined {
    const known = this.named.get(sql);
    if (known !== undefined) return known;
    const { counted, named } = this;
    const uses = (counted.get(sql) ?? 0) + 1;
    if (uses < USES_BEFORE_KEPT || named.size >= KEPT_MAX) {
      if (counted.size < COUNTED_MAX || counted.has(sql)) counted.set(sql, uses);
      return undefined;
    }
    counted.delete(sql);
    // Of the text, so that nobody who shares the connection means another one by it.
    const text = `eros_${this.stretch}_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
    const name = { text, forget: () => this.forget() };
    named.set(sql, name);
    return name;
  }

  private forget(): void {
    this.stretch += 1;
    this.named.clear();
  }
}

const byPool = new WeakMap<object, StatementNames>();

/** Of everybody who uses the pool: also of engines that were closed, what is prepared stays on its connections. */
export function statementNamesOf(pool: object): StatementNames {
  const known = byPool.get(pool);
  if (known) return known;
  const made = new StatementNames();
  byPool.set(pool, made);
  return made;
}
