import type { Transaction } from '@eros/domain';
import type { SqlDatabase } from '../sql/sql-database.js';

/** The database, but that a transaction goes on behind each of its statements only when `then` has resolved. */
export function attended(database: SqlDatabase, then: (sql: string) => Promise<void>): SqlDatabase {
  const session = (tx?: Transaction) => {
    const own = database.on(tx);
    const attending =
      <Result>(ask: (sql: string, params?: readonly unknown[]) => Promise<Result>) =>
      async (sql: string, params?: readonly unknown[]): Promise<Result> => {
        const result = await ask.call(own, sql, params);
        if (tx) await then(sql);
        return result;
      };
    return { run: attending(own.run), all: attending(own.all), returning: attending(own.returning) };
  };
  return new Proxy(database, {
    get: (target, name) => {
      if (name === 'on') return session;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
