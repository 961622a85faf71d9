import { InvalidSettingsError } from '@eros/domain';
import { quotedOr } from './quoted-sql.js';

const TOKEN = quotedOr(';');
/** A body of statements may follow, which are part of this one. */
const WITH_BODY =
  /^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?(?:CONSTRAINT\s+)?(?:TRIGGER|FUNCTION|PROCEDURE)\b/i;

/**
 * Refuses several statements at once: the driver `sqlite3` runs the first and leaves the others out without a word, PostgreSQL runs all
 * where there are no parameters.
 *
 * @throws {InvalidSettingsError}
 */
export function assertOneStatement(sql: string): void {
  if (!sql.includes(';')) return;
  const bare = sql.replace(TOKEN, (token) => (token === ';' ? token : ' '));
  const count = bare.split(';').filter((each) => each.trim() !== '').length;
  if (count <= 1 || WITH_BODY.test(bare)) return;
  throw new InvalidSettingsError(
    'a statement of a transaction',
    `${count} statements`,
    'one at a time, each by a call of its own',
  );
}
