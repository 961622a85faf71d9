import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEros } from '../create-eros.js';
import type { Eros } from '../eros.js';
import type { ErosOptions } from '../options.js';

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
  /** A closed database, which the engine begins with a copy of. */
  copyOf?: string;
};

/** An engine on a file of its own, gone after `close()`. */
export async function openEngine({ driver, path: given, copyOf, ...options }: OpenOptions = {}): Promise<{
  eros: Eros;
  file: string;
  close(): Promise<void>;
}> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eros-app-'));
  const file = path.join(folder, 'eros.db');
  if (copyOf !== undefined) copyFileSync(copyOf, file);
  const database = { type: 'sqlite', path: given ?? file, ...(driver ? { driver } : {}) } as const;
  const eros = await createEros({ database, ...options });
  const close = async (): Promise<void> => {
    await eros.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { eros, file, close };
}
