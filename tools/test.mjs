// npm test: builds, runs the tests of all projects, and ends with the count over all of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { forgetResults, summarise } from './test-summary.mjs';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const nx = fileURLToPath(new URL('../node_modules/nx/dist/bin/nx.js', import.meta.url));

forgetResults();
const { status } = spawnSync(
  process.execPath,
  [nx, 'run-many', '-t', 'test', '--output-style=static', ...process.argv.slice(2)],
  { cwd, stdio: 'inherit' },
);
const { line, problems, isGreen } = summarise();
for (const problem of problems) console.log(problem);
console.log(line);
process.exit(status === 0 && isGreen ? 0 : 1);
