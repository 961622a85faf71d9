import { existsSync, readdirSync, readlinkSync } from 'node:fs';

/** The files of a folder that this process holds open. Without `/proc` (not on Linux) nobody can tell: then none. */
export function openFilesIn(folder: string): string[] {
  if (!existsSync('/proc/self/fd')) return [];
  return readdirSync('/proc/self/fd')
    .map(targetOf)
    .filter((target) => target.startsWith(folder));
}

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // closed since it was listed
  }
}
