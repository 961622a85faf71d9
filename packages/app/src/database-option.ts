import { isMeantForPostgres, POSTGRES_URL_ADVICE, postgresUrlProblem, SQLITE_PATH_ADVICE } from '@eros/adapters';
import { assertStorableText, InvalidSettingsError, UnsupportedDatabaseError } from '@eros/domain';
import { assertMs, assertNames, assertOneOf, fieldOf, shown } from './option-checks.js';
import type { DatabaseOption } from './options.js';

const LONGEST_WAIT_MS = 3_600_000;
const LARGEST_POOL = 1_000;
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * @throws {InvalidSettingsError} for what cannot be.
 * @throws {UnsupportedDatabaseError} for anything but SQLite and PostgreSQL.
 */
export function assertDatabase(database: DatabaseOption | undefined): void {
  assertNames('database', database);
  switch (database?.type) {
    case undefined:
      if (database) throw new InvalidSettingsError('database.type', 'missing', 'sqlite, postgres or existing');
      return;
    case 'sqlite':
      return assertSqlite(database);
    case 'postgres':
      return assertPostgres(database);
    case 'existing':
      return assertExisting(database);
    default:
      throw new UnsupportedDatabaseError(
        `database.type ${shown(fieldOf(database, 'type'))}: give sqlite, postgres or existing`,
      );
  }
}

function assertSqlite(database: Extract<DatabaseOption, { type: 'sqlite' }>): void {
  assertNames('database', database, ['type', 'path', 'driver', 'lockTimeoutMs']);
  assertStorableText('database.path', database.path);
  if (isMeantForPostgres(database.path)) {
    throw new InvalidSettingsError('database.path', 'the URL of a server', SQLITE_PATH_ADVICE);
  }
  assertOneOf('database.driver', database.driver, ['sqlite3', 'better-sqlite3']);
  if (database.lockTimeoutMs !== undefined) {
    assertMs('database.lockTimeoutMs', database.lockTimeoutMs, 0, LONGEST_WAIT_MS);
  }
}

function assertPostgres(database: Extract<DatabaseOption, { type: 'postgres' }>): void {
  assertNames('database', database, ['type', 'url', 'schema', 'poolSize', 'statementTimeoutMs']);
  const { url, schema, poolSize, statementTimeoutMs } = database;
  // Not shown: whatever it is, it may hold a password.
  const problem = postgresUrlProblem(url);
  if (problem !== undefined) throw new InvalidSettingsError('database.url', problem, POSTGRES_URL_ADVICE);
  if (schema !== undefined && (typeof schema !== 'string' || !SCHEMA_NAME.test(schema) || /^pg_/.test(schema))) {
    throw new InvalidSettingsError(
      'database.schema',
      shown(schema),
      'a name of small letters, digits and _, at most 63, not beginning with a digit or pg_',
    );
  }
  if (poolSize !== undefined && !(Number.isSafeInteger(poolSize) && poolSize >= 2 && poolSize <= LARGEST_POOL)) {
    throw new InvalidSettingsError('database.poolSize', shown(poolSize), `a whole number from 2 to ${LARGEST_POOL}`);
  }
  if (statementTimeoutMs !== undefined) {
    assertMs('database.statementTimeoutMs', statementTimeoutMs, 100, LONGEST_WAIT_MS);
  }
}

/** By what it has, not by its class: the caller's TypeORM may be another copy of it. */
function assertExisting(database: Extract<DatabaseOption, { type: 'existing' }>): void {
  assertNames('database', database, ['type', 'dataSource']);
  const { dataSource } = database;
  if (typeof fieldOf(fieldOf(dataSource, 'options'), 'type') === 'string') return;
  throw new InvalidSettingsError('database.dataSource', shown(dataSource), 'a DataSource of TypeORM');
}
