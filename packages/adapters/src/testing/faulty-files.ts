import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

const runs = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not there, or not allowed: the machine cannot do it
  }
};

/**
 * Runs work while nothing may write to a file or folder, not even root: by the immutable flag, which needs a file system that
 * has it and the right to set it.
 */
export async function whileReadOnly(target: string, work: () => Promise<void>): Promise<void> {
  execFileSync('chattr', ['+i', target]);
  try {
    await work();
  } finally {
    execFileSync('chattr', ['-i', target]);
  }
}

/** Whether this machine can do that in `folder`. */
export const canMakeReadOnly = (folder: string): boolean =>
  runs('chattr', '+i', folder) && runs('chattr', '-i', folder);

/** Runs work in a folder that is a disk of its own of that many KiB; the work is told the folder. */
export async function onSmallDisk(folder: string, sizeKiB: number, work: () => Promise<void>): Promise<void> {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', folder]);
  try {
    await work();
  } finally {
    execFileSync('umount', [folder]);
  }
}

/** Whether this machine lets us mount one at `folder`, which is made. */
export function canMount(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  return runs('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder) && runs('umount', folder);
}
