import type { Transaction } from '@eros/domain';
import type { SqlDatabase, SqlFragment, SqlSession } from '../sql/sql-database.js';

/** The database, but that a transaction goes on behind each of its statements only when `then` has resolved. */
export function attended(database: SqlDatabase, then: (sql: string) => Promise<void>): SqlDatabase {
  const session = (tx?: Transaction): SqlSession => {
    const own = database.on(tx);
    const attended = async <Result>(sql: string, result: Promise<Result>): Promise<Result> => {
      await result;
      if (tx) await then(sql);
      return result;
    };
    /** The text is known when the statement is made. */
    const attendedMade = <Arguments extends unknown[], Result>(
      made: (...args: Arguments) => SqlFragment,
      ask: (noticing: (...args: Arguments) => SqlFragment) => Promise<Result>,
    ): Promise<Result> => {
      let text = '';
      const result = ask((...args) => {
        const fragment = made(...args);
        text = fragment.sql;
        return fragment;
      });
      return result.then(() => attended(text, result));
    };
    return {
      run: (sql, params) => attended(sql, own.run(sql, params)),
      all: (sql, params) => attended(sql, own.all(sql, params)),
      returning: (made) => attendedMade(made, (noticing) => own.returning(noticing)),
      writeNow: (made) => attendedMade(made, (noticing) => own.writeNow(noticing)),
      writeNowIfFree: (made) => attendedMade(made, (noticing) => own.writeNowIfFree(noticing)),
    };
  };
  return new Proxy(database, {
    get: (target, name) => {
      if (name === 'on') return session;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
