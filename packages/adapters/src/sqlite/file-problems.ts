import { existsSync } from 'node:fs';
import { DatabaseUnavailableError } from '@eros/domain';
import { SqliteConnection, type SqliteDriver } from './sqlite-connection.js';

const LOCK_TIMEOUT_MS = 5_000;
/** A damaged file has many; the first few say enough. */
const PROBLEMS_MAX = 5;

/**
 * What SQLite finds wrong with a file when it goes through all of it: empty when it is whole. Takes as long as reading the
 * file does. It reads on a connection of its own, outside of any transaction, so that nobody waits for it.
 *
 * @throws {DatabaseUnavailableError} when there is no such file, or it cannot be read at all.
 */
export async function fileProblems(file: { path: string; driver?: SqliteDriver }): Promise<string[]> {
  const { path, driver = 'sqlite3' } = file;
  if (!existsSync(path)) throw new DatabaseUnavailableError('cannot_open', path);
  const connection = await SqliteConnection.open({ path, driver, lockTimeoutMs: LOCK_TIMEOUT_MS }, 'read');
  try {
    const rows = await connection.all<{ quick_check: string }>(`PRAGMA quick_check(${PROBLEMS_MAX})`);
    return rows.map(({ quick_check }) => quick_check).filter((found) => found !== 'ok');
  } finally {
    await connection.close();
  }
}
