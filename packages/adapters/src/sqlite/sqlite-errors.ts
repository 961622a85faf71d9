import { DatabaseUnavailableError, SchemaOutdatedError, type DatabaseFault } from '@eros/domain';
import { tables } from '../schema/tables/index.js';
import { views } from '../schema/views.js';

const FAULTS: readonly (readonly [prefix: string, fault: DatabaseFault])[] = [
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_READONLY', 'read_only'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_FULL', 'disk_full'],
  ['SQLITE_IOERR_WRITE', 'disk_full'],
  ['SQLITE_IOERR_SHMSIZE', 'disk_full'],
  ['SQLITE_IOERR_CORRUPTFS', 'corrupt'],
  // The driver `sqlite3` tells no more than that, of a full disk, too.
  ['SQLITE_IOERR', 'io_error'],
  ['SQLITE_NOTADB', 'not_a_database'],
  ['SQLITE_CANTOPEN', 'cannot_open'],
  ['SQLITE_PERM', 'cannot_open'],
  ['SQLITE_AUTH', 'cannot_open'],
  ['EACCES', 'cannot_open'],
  ['EROFS', 'read_only'],
  ['ENOENT', 'cannot_open'],
  ['ENOTDIR', 'cannot_open'],
  ['EEXIST', 'cannot_open'],
  ['EISDIR', 'cannot_open'],
  ['ENOSPC', 'disk_full'],
  // Installed, but built for another version of Node.
  ['ERR_DLOPEN_FAILED', 'missing_driver'],
];

/** The driver's own error inside TypeORM's wrapper, or the error itself. */
function driverErrorOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'driverError' in error ? error.driverError : error;
}

/** `SQLITE_BUSY`, `ENOTDIR`, ...; undefined for an error without a code. */
export function driverCodeOf(error: unknown): string | undefined {
  const inner = driverErrorOf(error);
  // Not asked for being an Error: one that a native driver made may be of another realm than ours.
  if (typeof inner !== 'object' || inner === null || !('code' in inner)) return undefined;
  return typeof inner.code === 'string' ? inner.code : undefined;
}

/** Whether another connection holds the lock for now. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(driverCodeOf(error) ?? '');

/** Whether a row breaks a constraint: a duplicate key, a missing parent, a failed check. */
export const isConstraintViolation = (error: unknown): boolean => /^SQLITE_CONSTRAINT/.test(driverCodeOf(error) ?? '');

/** Who sent a statement: what ours name and the database does not have is missing in its schema. A caller may have made a slip. */
export type SentBy = 'us' | 'caller';

/** A table or view of ours that is not there; undefined for any other error, such as about a caller's own table. */
function lackedTable(said: string): string | undefined {
  const [, name] = /no such table: (?:main\.)?(\w+)$/.exec(said) ?? [];
  return [...tables, ...views].some((each) => each.name === name) ? name : undefined;
}

/** A column that a statement names in vain: `f.creator_id`, where only the statement knows what `f` is, or one of a table. */
function lackedColumn(said: string): string | undefined {
  const [, read] = /no such column: "?([\w.]+)/.exec(said) ?? [];
  if (read !== undefined) return `column ${read}`;
  const [, table, written] = /table (\w+) has no column named (\w+)$/.exec(said) ?? [];
  return written === undefined ? undefined : `column ${table}.${written}`;
}

function lackedBy(error: unknown, sentBy: SentBy): string | undefined {
  if (driverCodeOf(error) !== 'SQLITE_ERROR') return undefined;
  const said = (error as { message?: string }).message ?? '';
  return lackedTable(said) ?? (sentBy === 'us' ? lackedColumn(said) : undefined);
}

/** The same error, or ours when the database itself is at fault, or lacks a table or a column of ours. */
export function translateSqliteError(error: unknown, database: string, sentBy: SentBy = 'us'): unknown {
  if (error instanceof DatabaseUnavailableError) return error;
  const lacked = lackedBy(error, sentBy);
  if (lacked !== undefined) return new SchemaOutdatedError(database, [lacked], { cause: driverErrorOf(error) });
  const code = driverCodeOf(error);
  const fault = FAULTS.find(([prefix]) => code?.startsWith(prefix))?.[1];
  return fault ? new DatabaseUnavailableError(fault, database, { cause: driverErrorOf(error) }) : error;
}
