// npm run check: everything that must hold, cheapest first; stops at the first thing that does not.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('..', import.meta.url));
for (const step of ['format:check', 'lint', 'boundaries', 'typecheck', 'test']) {
  console.log(`\n== ${step}`);
  const { status } = spawnSync('npm', ['run', '--silent', step], { cwd, stdio: 'inherit' });
  if (status !== 0) {
    // The tests end with their own count, which stays the last line.
    if (step !== 'test') console.log(`check stopped: ${step} failed`);
    process.exit(1);
  }
}
