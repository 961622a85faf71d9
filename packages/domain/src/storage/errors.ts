import { erosErrorBrand } from '../errors.js';

/** An engine call was made inside a transaction without passing it on. Waiting for it would wait for ourselves. */
export class NestedTransactionError extends Error {
  override readonly name = 'NestedTransactionError';
  readonly code = 'nested_transaction';
  readonly [erosErrorBrand] = true;

  constructor() {
    super(
      'called inside an open transaction: pass that transaction to the call if it accepts one, or call after it has ended',
    );
  }
}

/** A transaction handle was used after its end. Nothing was sent to the database. */
export class TransactionClosedError extends Error {
  override readonly name = 'TransactionClosedError';
  readonly code = 'transaction_closed';
  readonly [erosErrorBrand] = true;

  constructor() {
    super('the transaction has ended: await every call that uses it before its work returns');
  }
}

/** The work of a transaction took too long and was rolled back, so that other writers could go on. */
export class TransactionTimeoutError extends Error {
  override readonly name = 'TransactionTimeoutError';
  readonly code = 'transaction_timeout';
  readonly [erosErrorBrand] = true;

  constructor(readonly timeoutMs: number) {
    super(`the transaction was rolled back after ${timeoutMs} ms: move slow work (network, long computing) outside it`);
  }
}

/** Another transaction changed what this one read, and was first. Nothing was written. */
export class TransactionConflictError extends Error {
  override readonly name = 'TransactionConflictError';
  readonly code = 'transaction_conflict';
  readonly [erosErrorBrand] = true;

  constructor(options?: { cause: unknown }) {
    super(
      'another transaction changed what this one read; nothing was written: run it again, or declare it isRepeatable',
      options,
    );
  }
}

/** A transaction of another database or store was passed. */
export class ForeignTransactionError extends Error {
  override readonly name = 'ForeignTransactionError';
  readonly code = 'foreign_transaction';
  readonly [erosErrorBrand] = true;

  constructor() {
    super('this transaction belongs to another database: pass one that this engine opened');
  }
}

/** The engine was closed. Nothing was sent to the database. */
export class EngineClosedError extends Error {
  override readonly name = 'EngineClosedError';
  readonly code = 'engine_closed';
  readonly [erosErrorBrand] = true;

  constructor(
    /** The file or host, without secrets. */
    readonly database: string,
  ) {
    super(`the engine on ${database} is closed: open another one by createEros, and close it after its last call`);
  }
}

/** The database, or what is asked of it, is not supported. */
export class UnsupportedDatabaseError extends Error {
  override readonly name = 'UnsupportedDatabaseError';
  readonly code = 'unsupported_database';
  readonly [erosErrorBrand] = true;

  constructor(readonly what: string) {
    super(what);
  }
}

/** Why a database could not be used. */
export type DatabaseFault =
  | 'locked'
  | 'read_only'
  | 'corrupt'
  | 'disk_full'
  | 'io_error'
  | 'not_a_database'
  | 'cannot_open'
  | 'missing_driver'
  | 'unreachable'
  | 'no_tls'
  | 'tls_failed'
  | 'authentication_failed'
  | 'no_such_database'
  | 'permission_denied'
  | 'too_many_connections'
  | 'pool_exhausted'
  | 'statement_timeout';

const ADVICE: Record<DatabaseFault, string> = {
  locked: 'another process holds it: end that process or wait, then try again',
  read_only:
    'it cannot be written: check the permissions of the file and of its folder, or that the server is no standby',
  corrupt: 'its file is damaged: restore a backup, or save what is left with `sqlite3 FILE .recover`',
  disk_full: 'the disk is full: free some space, then try again; nothing was half written',
  io_error:
    'its disk failed to read or write: check that it has room and is sound, then try again; nothing was half written',
  not_a_database: 'the file is not an SQLite database: check the path',
  cannot_open: 'it cannot be opened: check that the path names a file, and that its folder exists and may be written',
  missing_driver: 'its driver is not installed: npm install the package named in the cause',
  unreachable: 'it does not answer: check that the server runs, and host and port in database.url',
  no_tls: 'it speaks no TLS, which sslmode in database.url demands: turn it on at the server, or take sslmode out',
  tls_failed:
    'TLS cannot be set up with it, for the reason in the cause: check sslmode, sslrootcert, sslcert and sslkey in database.url',
  authentication_failed: 'it refuses the user: check user and password in database.url, and the rules of pg_hba.conf',
  no_such_database: 'there is no such database: check the name in database.url, or create it',
  permission_denied: 'the user may not do that: grant the right, or name another user in database.url',
  too_many_connections: 'it takes no more connections: lower database.poolSize, or raise max_connections of the server',
  pool_exhausted: 'no connection came free in time: end transactions sooner, or raise database.poolSize',
  statement_timeout: 'a statement ran too long and was stopped: raise database.statementTimeoutMs, or ask for less',
};

/** The database cannot be used. `fault` says why; `cause` is the driver's own error. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code = 'database_unavailable';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly fault: DatabaseFault,
    /** The file or host, without secrets. */
    readonly database: string,
    options?: { cause: unknown },
  ) {
    super(`database ${database}: ${ADVICE[fault]}`, options);
  }
}

/** The database is older than the program. `cause` is the driver's own error, where a statement has met what is missing. */
export class SchemaOutdatedError extends Error {
  override readonly name = 'SchemaOutdatedError';
  readonly code = 'schema_outdated';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly database: string,
    /** All that it lacks; the message names the first. */
    readonly pending: readonly string[],
    options?: { cause: unknown },
  ) {
    super(
      `database ${database} lacks ${listed(pending)}: run \`eros db migrate\`, or open it with migrate: 'auto'`,
      options,
    );
  }
}

/** The database was written by a newer program. Nothing was touched. */
export class SchemaNewerError extends Error {
  override readonly name = 'SchemaNewerError';
  readonly code = 'schema_newer';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly database: string,
    /** All of it; the message names the first. */
    readonly unknown: readonly string[],
  ) {
    super(`database ${database} has ${listed(unknown)}, which this version does not know: upgrade this program`);
  }
}

/** The database holds tables of ours in a shape that cannot be adopted without losing data. Nothing was touched. */
export class SchemaConflictError extends Error {
  override readonly name = 'SchemaConflictError';
  readonly code = 'schema_conflict';
  readonly [erosErrorBrand] = true;

  constructor(
    readonly database: string,
    readonly conflicts: readonly string[],
  ) {
    super(
      `database ${database} is not ours or was changed: ${conflicts.join('; ')}. Use another file, or mend what is named`,
    );
  }
}

const NAMED_MAX = 5;

/** A new database lacks everything, which is no line to read. */
function listed(changes: readonly string[]): string {
  const unnamed = changes.length - NAMED_MAX;
  const named = changes.slice(0, NAMED_MAX).join(', ');
  return unnamed > 0 ? `${named} and ${unnamed} more` : named;
}
