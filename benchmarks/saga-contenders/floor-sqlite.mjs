// The least that one write to a durable saga can cost on an SQLite file: one commit of a changed row and a journal entry, by
// the driver alone, in the settings that the engine opens its own files with.
import { promisify } from 'node:util';
import sqlite3 from 'sqlite3';

export async function openSqliteFloor(file) {
  const database = await new Promise((resolve, reject) => {
    const opened = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(opened)));
  });
  const run = promisify(database.run.bind(database));
  await run('PRAGMA journal_mode = WAL');
  await run('PRAGMA synchronous = NORMAL');
  await run('CREATE TABLE saga (saga_id TEXT PRIMARY KEY, status TEXT, epoch INTEGER, journal_length INTEGER)');
  await run('CREATE TABLE journal (saga_id TEXT, seq INTEGER, entry TEXT, at TEXT, PRIMARY KEY (saga_id, seq))');
  await run("INSERT INTO saga VALUES ('s', 'in_progress', 1, 0)");
  let seq = 0;
  return {
    async commit() {
      seq += 1;
      await run('BEGIN IMMEDIATE');
      await run('UPDATE saga SET journal_length = ? WHERE saga_id = ? AND epoch = 1', [seq, 's']);
      await run('INSERT INTO journal VALUES (?, ?, ?, ?)', [
        's',
        seq,
        '{"type":"step_ended"}',
        new Date().toISOString(),
      ]);
      await run('COMMIT');
    },
    close: () => promisify(database.close.bind(database))(),
  };
}
