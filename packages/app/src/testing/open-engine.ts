import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEros } from '../create-eros.js';
import type { Eros } from '../eros.js';
import type { DatabaseOption, ErosOptions } from '../options.js';
import { createTestDatabase, isOnPostgres, templateDatabase } from './postgres.js';

/** A clock that a test sets. */
export interface TestClock {
  nowMs(): number;
  set(instant: string): void;
}

export function testClock(instant: string): TestClock {
  let nowMs = Date.parse(instant);
  return { nowMs: () => nowMs, set: (next) => void (nowMs = Date.parse(next)) };
}

export type OpenOptions = ErosOptions & {
  driver?: 'sqlite3' | 'better-sqlite3';
  /** Another path than a file of its own, left as it is in the end. */
  path?: string;
  /** A closed database, which the engine begins with a copy of: a file, or the name of a template. */
  copyOf?: string;
};

interface OpenedEngine {
  readonly eros: Eros;
  /** For another engine on the same database. */
  readonly database: DatabaseOption;
  /** Of the SQLite file, if it is one. */
  readonly file: string;
  close(): Promise<void>;
}

/** An engine on a database of its own, gone after `close()`: of PostgreSQL, where the suites run on it, else an SQLite file. */
export function openEngine(options: OpenOptions = {}): Promise<OpenedEngine> {
  return isOnPostgres() ? openOnPostgres(options) : openOnSqlite(options);
}

let empty: Promise<string> | undefined;

async function openOnPostgres({ driver: _, path: __, copyOf, ...options }: OpenOptions): Promise<OpenedEngine> {
  const template = copyOf ?? (await (empty ??= templateDatabase()));
  const { url, drop } = await createTestDatabase({ template });
  const database = { type: 'postgres', url, poolSize: 5 } as const;
  const eros = await createEros({ database, ...options });
  const close = async (): Promise<void> => {
    await eros.close();
    await drop();
  };
  return { eros, database, file: '', close };
}

async function openOnSqlite({ driver, path: given, copyOf, ...options }: OpenOptions): Promise<OpenedEngine> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eros-app-'));
  const file = path.join(folder, 'eros.db');
  if (copyOf !== undefined) copyFileSync(copyOf, file);
  const database = { type: 'sqlite', path: given ?? file, ...(driver ? { driver } : {}) } as const;
  const eros = await createEros({ database, ...options });
  const close = async (): Promise<void> => {
    await eros.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { eros, database, file, close };
}
