import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Eros, ErosOptions } from '@eros/app';
import { NotFoundError, UsageError } from '../errors.js';
import type { CommandContext } from './command-context.js';
import { warningsOn, type Warnings } from './engine-logger.js';

export type DatabaseOption = NonNullable<ErosOptions['database']>;

/**
 * The database that `--database` names: a `postgres://` URL, in which `schema` may name the schema, else the path of an SQLite
 * file. Errors show nothing of a URL, which may hold a password.
 */
export async function databaseOption(text: string): Promise<DatabaseOption> {
  if (text.trim() === '') throw new UsageError('--database is empty: name a file or a postgres:// URL');
  const [scheme = ''] = /^\s*[a-z][a-z0-9+.-]+:\/\//i.exec(text) ?? [];
  if (/^\s*postgres(ql)?(:|\/\/)/i.test(text)) return postgresOption(text);
  if (scheme) throw new UsageError(`--database ${scheme.trim()}...: only files and postgres:// URLs are understood`);
  return { type: 'sqlite', path: text };
}

async function postgresOption(text: string): Promise<DatabaseOption> {
  const { POSTGRES_URL_ADVICE, postgresUrlProblem } = await import('@eros/app');
  const problem = postgresUrlProblem(text);
  if (problem !== undefined) throw new UsageError(`--database is ${problem}: give ${POSTGRES_URL_ADVICE}`);
  const url = new URL(text);
  const schema = url.searchParams.get('schema');
  url.searchParams.delete('schema');
  return { type: 'postgres', url: url.href, ...(schema === null ? {} : { schema }) };
}

export interface EngineOptions {
  /** Commands that bring data in make the file; all others refuse a path that is not there, since it is likely a slip. */
  readonly mayCreate?: boolean;
  readonly clock?: { nowMs(): number };
  readonly migrate?: 'auto' | 'verify' | 'off';
  readonly sagas?: ErosOptions['sagas'];
  readonly workers?: ErosOptions['workers'];
  /** Default: warnings, on stderr. */
  readonly logger?: Warnings;
}

/** Which database, and, where they matter, how long to wait for it and where to warn. */
export type EngineContext = Pick<CommandContext, 'database'> &
  Partial<Pick<CommandContext, 'lockTimeoutMs' | 'terminal'>>;

/** Opens the engine on the context's database, and closes it whatever the work comes to. */
export async function withEros<T>(
  { database, lockTimeoutMs, terminal }: EngineContext,
  work: (eros: Eros) => Promise<T>,
  { mayCreate = false, clock, migrate, sagas, workers, logger }: EngineOptions = {},
): Promise<T> {
  const option = await databaseOption(database);
  if (!mayCreate) refuseMissingFile(option);
  // Loaded only now: help and wrong usage need no database driver.
  const { createEros } = await import('@eros/app');
  const patient = option.type === 'sqlite' && lockTimeoutMs !== undefined ? { ...option, lockTimeoutMs } : option;
  const warnings = terminal && (logger ?? warningsOn(terminal));
  const eros = await createEros({
    database: patient,
    ...(warnings && { logger: warnings }),
    ...(sagas && { sagas }),
    ...(workers && { workers }),
    ...(clock && { clock }),
    ...(migrate && { migrate }),
  });
  try {
    return await work(eros);
  } finally {
    await eros.close();
    warnings?.tellRest();
  }
}

export function refuseMissingFile(option: DatabaseOption): void {
  if (option.type !== 'sqlite' || option.path === ':memory:' || existsSync(option.path)) return;
  throw new NotFoundError(
    `no database at ${path.resolve(option.path)}: \`eros import creators FILE\` makes one, or name yours with --database`,
  );
}
