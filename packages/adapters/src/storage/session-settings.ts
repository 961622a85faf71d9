import { InvalidSettingsError } from '@eros/domain';
import { quotedOr } from './quoted-sql.js';
import { lastingSetConfig } from './set-config.js';

/** Most statements have none of these, and need no closer look. */
const MARKED = /\b(?:SET|RESET|DISCARD|LISTEN|UNLISTEN|PRAGMA|set_config)\b/i;
const PASSED_OVER = /^[\s;]+/;
const SESSION =
  /^(?:SET(?!\s+(?:LOCAL|TRANSACTION|CONSTRAINTS)\b)(?:\s+SESSION\b)?|RESET|DISCARD|LISTEN|UNLISTEN|UPDATE\s+(?:pg_catalog\s*\.\s*)?pg_settings)\b/i;
/** Those that change what later statements do on the connection of an SQLite file. To read one is no setting. */
const PRAGMAS = [
  ...['busy_timeout', 'case_sensitive_like', 'count_changes', 'foreign_keys', 'full_column_names', 'hard_heap_limit'],
  ...[
    'ignore_check_constraints',
    'journal_mode',
    'legacy_alter_table',
    'locking_mode',
    'query_only',
    'read_uncommitted',
  ],
  ...['recursive_triggers', 'reverse_unordered_selects', 'short_column_names', 'synchronous', 'temp_store'],
  ...['trusted_schema', 'writable_schema'],
].join('|');
const PRAGMA = new RegExp(String.raw`^PRAGMA\s+(?:\w+\s*\.\s*)?["'\x60[]?(?:${PRAGMAS})["'\x60\]]?\s*[=(]`, 'i');

const TOKEN = quotedOr('$^');
const isComment = (token: string): boolean => token.startsWith('--') || token.startsWith('/*');
const withoutComments = (sql: string): string =>
  sql.replace(TOKEN, (token) => (isComment(token) ? ' ' : token)).replace(PASSED_OVER, '');
const withoutTexts = (sql: string): string =>
  sql.replace(TOKEN, (token) => (/^"set_config"$/.test(token) ? 'set_config' : token.startsWith('"') ? '""' : "''"));

/**
 * Refuses a statement whose effect would stay on the connection when the transaction has ended, and change what other callers' statements
 * do there: which schema they mean, how long they may take, in which zone times are told. So is refused, wherever in a statement it
 * stands, each `set_config` whose third argument is not the plain word `true`: what an expression or a parameter comes to is not seen
 * here. Nor is what a function does inside; that is up to whoever wrote it.
 *
 * @throws {InvalidSettingsError}
 */
export function assertNoSessionSetting(sql: string): void {
  if (!MARKED.test(sql)) return;
  const bare = withoutComments(sql);
  const plain = withoutTexts(bare);
  const [setting] = SESSION.exec(plain) ?? PRAGMA.exec(bare) ?? [lastingSetConfig(plain)];
  if (setting === undefined) return;
  const instead = /^PRAGMA/i.test(setting)
    ? 'no PRAGMA that sets what outlives the transaction on its connection, which other calls use next'
    : 'what ends with the transaction, such as SET LOCAL or set_config(..., true): its connection is used by other calls next';
  throw new InvalidSettingsError('a statement of a transaction', JSON.stringify(setting), instead);
}
