// Counts every statement that a driver of this process is asked to send, whoever asks: it stands between the drivers and all
// that is above them.
import pg from 'pg';
import sqlite3 from 'sqlite3';

/** Where the drivers send from. sqlite3 prepares whatever it runs, but for scripts. */
const SENDING = [
  [sqlite3.Statement.prototype, ['all', 'run', 'get', 'each']],
  [sqlite3.Database.prototype, ['exec']],
  [pg.Client.prototype, ['query']],
];

const textOf = (sender, [statement]) =>
  sender instanceof sqlite3.Statement ? sender.sql : (statement?.text ?? String(statement));

/** Call before the first connection is opened. */
export function countStatements() {
  const sent = [];
  for (const [prototype, methods] of SENDING) {
    for (const method of methods) {
      const send = prototype[method];
      prototype[method] = function (...args) {
        sent.push(textOf(this, args));
        return send.apply(this, args);
      };
    }
  }
  return {
    /** The statements sent while the work ran. */
    async during(work) {
      const before = sent.length;
      await work();
      return sent.slice(before);
    },
  };
}
