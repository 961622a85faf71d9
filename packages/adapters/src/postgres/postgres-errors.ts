import { DatabaseUnavailableError, SchemaOutdatedError, type DatabaseFault } from '@eros/domain';

/** By the beginning of the SQLSTATE, or of the code of Node's own network errors; the first that fits. */
const FAULTS: readonly (readonly [prefix: string, fault: DatabaseFault])[] = [
  ['57014', 'statement_timeout'],
  ['57P', 'unreachable'], // stopped, crashed, or still starting
  ['08', 'unreachable'],
  ['28', 'authentication_failed'],
  ['3D000', 'no_such_database'],
  ['42501', 'permission_denied'],
  ['53300', 'too_many_connections'],
  ['53100', 'disk_full'],
  ['25006', 'read_only'],
  ['55P03', 'locked'],
  ['ECONN', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['EAI_', 'unreachable'],
  ['EHOST', 'unreachable'],
  ['ENET', 'unreachable'],
  ['ETIMEDOUT', 'unreachable'],
  ['EPIPE', 'unreachable'],
  ['CERT_', 'tls_failed'], // too old, revoked, or not trusted
  ['DEPTH_ZERO_SELF_SIGNED', 'tls_failed'],
  ['SELF_SIGNED_CERT', 'tls_failed'],
  ['UNABLE_TO_', 'tls_failed'], // to get or to verify a certificate
  ['ERR_TLS_', 'tls_failed'],
  ['ERR_SSL_', 'tls_failed'],
  ['ERR_OSSL_', 'tls_failed'], // what a file holds is no certificate or key
  ['ENOENT', 'unreachable'], // the socket of a server on this machine
];

/** What the driver says without a code. */
const MESSAGES: readonly (readonly [pattern: RegExp, fault: DatabaseFault])[] = [
  [/timeout exceeded when trying to connect/, 'pool_exhausted'],
  [/does not support SSL connections/, 'no_tls'],
  [/[Cc]onnection terminated|Connection ended|not queryable|connection timeout/, 'unreachable'],
  [/^(Query read timeout|timeout expired)$/, 'unreachable'], // no answer, not even that the time is over
  [/password must be a string|SASL|no password/i, 'authentication_failed'],
];

/** The SQLSTATE of an error of the server; undefined for any other. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : undefined;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the database ended this transaction because of another: to be run again, it needs no change. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlStateOf(error) ?? '');

/** Whether a statement that was kept prepared is gone, or its result is not what it was when it was prepared. */
export const isStaleStatement = (error: unknown): boolean => ['0A000', '26000'].includes(sqlStateOf(error) ?? '');

/** Whether the connection is of no use any more. */
export const isDisconnect = (error: unknown): boolean =>
  error instanceof DatabaseUnavailableError && error.fault === 'unreachable';

/** Names without a schema mean nothing: none that `search_path` names is there. */
export const schemaMissing = (database: string): SchemaOutdatedError =>
  new SchemaOutdatedError(database, ['the schema that search_path names']);

/** What a statement of ours names and the database does not have: a table, a view, or a column of one. */
export function schemaLacking(error: unknown, database: string): SchemaOutdatedError | undefined {
  if (!['42P01', '42703'].includes(sqlStateOf(error) ?? '') || !(error instanceof Error)) return undefined;
  return new SchemaOutdatedError(database, [error.message.replace(/ does not exist$/, '')], { cause: error });
}

/**
 * The same error, or ours when the database itself is at fault.
 *
 * @param database host, port and name, without secrets.
 */
export function translatePostgresError(error: unknown, database: string): unknown {
  if (error instanceof DatabaseUnavailableError) return error;
  const fault = faultOf(error);
  return fault ? new DatabaseUnavailableError(fault, database, { cause: error }) : error;
}

function faultOf(error: unknown): DatabaseFault | undefined {
  // Node tries each address of a host, and tells of all of them together.
  if (error instanceof AggregateError && codeOf(error) === undefined) return faultOf(error.errors[0]);
  const code = codeOf(error);
  // The driver opens no other files than those of TLS.
  if (code !== undefined && (error as { syscall?: unknown }).syscall === 'open') return 'tls_failed';
  const byCode = code && FAULTS.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (byCode) return byCode;
  if (code !== undefined || !(error instanceof Error)) return undefined;
  return MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1];
}
