import { access, constants, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { HealthCheck } from '@eros/app';
import type { DatabaseOption } from '../run/engine.js';

const MEGABYTE = 1_048_576;
/** Below this, a bigger import may not fit any more. */
const LEAST_FREE_MEGABYTES = 200;

/** The file, its folder and its disk. Empty for a database that is no file. */
export async function checkFiles(option: DatabaseOption): Promise<HealthCheck[]> {
  if (option.type !== 'sqlite' || option.path === ':memory:') return [];
  const file = path.resolve(option.path);
  const found = await stat(file).catch(() => undefined);
  if (!found) return [bad('file', `${file} is not there: check --database, or import creators to make it`)];
  if (!found.isFile()) return [bad('file', `${file} is no file: name the file with --database`)];
  return [
    { name: 'file', ok: true, detail: `${file}, ${(found.size / MEGABYTE).toFixed(1)} MB` },
    await checkPermissions(file),
    await checkDisk(file, found.size),
  ];
}

/** SQLite writes beside the file, so that its folder has to be writable too. */
async function checkPermissions(file: string): Promise<HealthCheck> {
  const mayWrite = (target: string): Promise<boolean> =>
    access(target, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
  if (!(await mayWrite(file)))
    return bad('permissions', `${file} cannot be read and written: chmod u+rw it, or change its owner`);
  const folder = path.dirname(file);
  if (!(await mayWrite(folder)))
    return bad('permissions', `${folder} cannot be written: SQLite keeps its journal there; chmod u+rwx it`);
  return { name: 'permissions', ok: true, detail: 'file and folder can be read and written' };
}

async function checkDisk(file: string, sizeBytes: number): Promise<HealthCheck> {
  const { bavail, bsize } = await statfs(path.dirname(file));
  const freeMegabytes = Math.floor((bavail * bsize) / MEGABYTE);
  const wanted = Math.max(LEAST_FREE_MEGABYTES, Math.ceil((2 * sizeBytes) / MEGABYTE));
  const detail = `${freeMegabytes.toLocaleString('en-US')} MB free`;
  if (freeMegabytes >= wanted) return { name: 'disk', ok: true, detail };
  return bad(
    'disk',
    `${detail}, fewer than ${wanted.toLocaleString('en-US')} MB: free some space before importing or planning`,
  );
}

const bad = (name: string, detail: string): HealthCheck => ({ name, ok: false, detail });
