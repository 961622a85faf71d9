import type { Transaction } from '@eros/domain';
import type { SqlDatabase, SqlFragment, SqlSession } from '../sql/sql-database.js';

/** What is done around a statement, whose text is known when it was made: `text()` tells it after `ask()`. */
type Around = <Result>(ask: () => Promise<Result>, text: () => string, tx: Transaction | undefined) => Promise<Result>;

/** The database, but that a transaction goes on behind each of its statements only when `then` has resolved. */
export const attended = (database: SqlDatabase, then: (sql: string) => Promise<void>): SqlDatabase =>
  surrounded(database, async (ask, text, tx) => {
    const result = await ask();
    if (tx) await then(text());
    return result;
  });

/** The database, but that every statement of the stores, in transactions and outside, is added to `statements`. */
export const counted = (database: SqlDatabase, statements: string[]): SqlDatabase =>
  surrounded(database, async (ask, text) => {
    const result = await ask();
    statements.push(text());
    return result;
  });

function surrounded(database: SqlDatabase, around: Around): SqlDatabase {
  const on = (tx?: Transaction): SqlSession => {
    const own = database.on(tx);
    const plain = <Result>(sql: string, ask: () => Promise<Result>) => around(ask, () => sql, tx);
    const made = <Arguments extends unknown[], Result>(
      make: (...args: Arguments) => SqlFragment,
      ask: (noticing: (...args: Arguments) => SqlFragment) => Promise<Result>,
    ): Promise<Result> => {
      let text = '';
      const noticing = (...args: Arguments) => {
        const fragment = make(...args);
        text = fragment.sql;
        return fragment;
      };
      return around(
        () => ask(noticing),
        () => text,
        tx,
      );
    };
    return {
      run: (sql, params) => plain(sql, () => own.run(sql, params)),
      all: (sql, params) => plain(sql, () => own.all(sql, params)),
      returning: (make) => made(make, (noticing) => own.returning(noticing)),
      writeNow: (make) => made(make, (noticing) => own.writeNow(noticing)),
      writeNowIfFree: (make) => made(make, (noticing) => own.writeNowIfFree(noticing)),
    };
  };
  return new Proxy(database, {
    get: (target, name) => {
      if (name === 'on') return on;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
