import { fromNow, written, type Columns } from './moments.js';
import type { SqlClock } from './sql-database.js';

/** A text, from the names of columns and the expressions that stand for what is written into them. */
export type TextOf = (names: readonly string[], values: readonly string[]) => string;

/**
 * The texts of statements, which are the same for all columns of one shape as long as the clock is read alike. A text that is made
 * anew takes time twice: to be put together, and to be found again among the prepared statements.
 */
export class KnownTexts {
  private readonly known = new Map<string, { readonly reading: string; readonly sql: string }>();

  of(name: string, clock: SqlClock, columns: Columns, make: TextOf): string {
    const known = this.known.get(name);
    if (known?.reading === clock.reading.sql) return known.sql;
    const { names, values } = written(columns, fromNow(clock));
    const made = { reading: clock.reading.sql, sql: make(names, values) };
    this.known.set(name, made);
    return made.sql;
  }
}
