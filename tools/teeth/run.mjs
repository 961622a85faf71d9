// npm run teeth [-- FILTER]: plants each bug of tools/teeth/planted, one at a time, and runs the tests that must catch it.
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'tools/teeth/planted');
const filter = process.argv[2] ?? '';
const bugs = readdirSync(folder)
  .sort()
  .flatMap((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')).map((bug) => ({ ...bug, list: file })))
  .filter(({ id, list }) => `${list} ${id}`.includes(filter));

const jest = path.join(root, 'node_modules/jest/bin/jest.js');
const runTests = (spec, planted) =>
  new Promise((resolve) => {
    const [project, name] = [spec.split('/').slice(0, 2).join('/'), spec.split('/').slice(2).join('/')];
    const env = { ...process.env, ...(planted ? { EROS_PLANTED: planted } : {}) };
    execFile(
      process.execPath,
      [jest, '--bail', name],
      { cwd: path.join(root, project), env, maxBuffer: 1 << 26 },
      (error, out, err) => resolve({ isGreen: !error, output: `${out}${err}` }),
    );
  });

let caught = 0;
let missed = 0;
const specs = new Set(bugs.map(({ spec }) => spec));
for (const spec of specs) {
  const { isGreen, output } = await runTests(spec);
  if (!isGreen) {
    console.error(`${spec} fails without any planted bug:\n${output}`);
    process.exit(1);
  }
}
const queue = [...bugs];
const worker = async () => {
  for (let bug = queue.shift(); bug; bug = queue.shift()) {
    const { isGreen, output } = await runTests(bug.spec, bug.id);
    const isPlanted = !output.includes(`bug ${bug.id}:`);
    const isCaught = !isGreen && isPlanted && /Tests:.*failed/.test(output);
    if (isCaught) caught += 1;
    else missed += 1;
    console.log(`${isCaught ? 'caught' : 'MISSED'}  ${bug.id}  ${bug.breaks}`);
    if (!isCaught) console.log(output.slice(0, 2000));
  }
};
await Promise.all([worker(), worker()]);
console.log(`planted ${bugs.length}, caught ${caught}, missed ${missed}`);
process.exit(missed === 0 && bugs.length > 0 ? 0 : 1);
