import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a program of `proofs/workers` that nobody talks to, and waits for its end; one that does not end is killed. */
export function runToItsEnd(file, args, withinMs = 30_000) {
  return new Promise((resolve, reject) => {
    const program = spawn(process.execPath, [fileURLToPath(new URL(`../workers/${file}`, import.meta.url)), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    program.stdout.on('data', (text) => (said += text));
    const timer = setTimeout(() => program.kill('SIGKILL'), withinMs);
    program.once('error', reject);
    program.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: signal ?? code, said: said.trim() });
    });
  });
}
