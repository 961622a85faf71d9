import { open, rm, stat } from 'node:fs/promises';
import type { Eros } from '@eros/app';
import { FileInTheWayError } from '../errors.js';

/** `EROD` in the application id of an SQLite file: made by the demo, may be made anew by it. */
const DEMO_ID = 0x45_52_4f_44;
const ID_OFFSET = 68;

/**
 * Removes the file of an earlier demo, so that this one starts afresh.
 *
 * @throws {FileInTheWayError} when the file holds anything else. It is not touched.
 */
export async function clearDemoFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return;
  if (!found.isFile()) throw new FileInTheWayError(file, 'is no file');
  if (found.size > 0 && (await applicationIdOf(file)) !== DEMO_ID) {
    throw new FileInTheWayError(file, 'exists and was not made by the demo');
  }
  for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(`${file}${suffix}`, { force: true });
}

/** Marks a database as the demo's. The mark reaches the file itself when the engine closes. */
export const markAsDemo = (eros: Pick<Eros, 'transaction'>): Promise<unknown> =>
  eros.transaction((tx) => tx.query(`PRAGMA application_id = ${DEMO_ID}`));

async function applicationIdOf(file: string): Promise<number | undefined> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, ID_OFFSET);
    return bytesRead === 4 ? buffer.readUInt32BE() : undefined;
  } finally {
    await handle.close();
  }
}
