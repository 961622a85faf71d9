// npm run teeth [-- FILTER ...] [-- --tested]: plants each bug of tools/teeth/planted, one at a time, and runs the tests
// that must catch it. A FILTER is a part of a list's name or of a bug's id. A test that fails anyway catches nothing, so the
// tests run once without any bug first; --tested leaves that out, for those who have just run them all.
// Ends with `planted N, caught N, missed N`; fails unless every bug is caught.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { problemsOf, readBugs, root } from './plant.cjs';

const PARALLEL = 2;
/** Several times what the slowest sound run takes. A bug that hangs the tests is caught: nobody would overlook it. */
const HANGS_AFTER_MS = 300_000;

const { positionals, values: flags } = parseArgs({ allowPositionals: true, options: { tested: { type: 'boolean' } } });
const isWanted = ({ id, list }) =>
  positionals.length === 0 || positionals.some((part) => `${list} ${id}`.includes(part));
const bugs = readBugs().filter(isWanted);
if (bugs.length === 0) stop([`no planted bug matches "${positionals.join(' ')}"`]);
const problems = problemsOf(bugs);
if (problems.length > 0) stop(problems);

console.log(`${bugs.length} bugs to plant`);
if (!flags.tested) await demandSoundTests();

let done = 0;
const missed = (
  await mapInParallel(bugs, async (bug) => {
    const { verdict, output, seconds } = await runTests({ ...partsOf(bug.spec), planted: bug.id });
    const isCaught = verdict === 'red' || verdict === 'hung';
    done += 1;
    const progress = `${String(done).padStart(String(bugs.length).length)}/${bugs.length}`;
    const how = verdict === 'hung' ? ' (the tests never ended)' : '';
    console.log(
      `${progress}  ${isCaught ? 'caught' : 'MISSED'}  ${bug.id}  ${seconds.toFixed(1)} s  ${bug.breaks}${how}`,
    );
    if (!isCaught) console.log(indent(output.slice(-2_000)));
    return isCaught ? [] : [bug];
  })
).flat();

for (const { id, list, spec } of missed) console.log(`missed: ${id} (${list}) by ${spec}`);
console.log(`planted ${bugs.length}, caught ${bugs.length - missed.length}, missed ${missed.length}`);
process.exit(missed.length === 0 ? 0 : 1);

async function demandSoundTests() {
  const runs = await mapInParallel(soundRuns(bugs), async (run) => ({ run, ...(await runTests(run)) }));
  const failing = runs.filter(({ verdict }) => verdict !== 'green');
  const told = ({ run, output }) =>
    `${run.project} fails without any planted bug:\n${output.replace(/^PASS .*\n/gm, '')}`;
  if (failing.length > 0) stop(failing.map(told));
  console.log('their tests pass without any');
}

/** One run per project, of all specs that a bug names. */
function soundRuns(all) {
  const byProject = new Map();
  for (const { project, specs } of all.map(({ spec }) => partsOf(spec))) {
    byProject.set(project, new Set([...(byProject.get(project) ?? []), ...specs]));
  }
  return [...byProject].map(([project, specs]) => ({ project, specs: [...specs] }));
}

function partsOf(spec) {
  const parts = spec.split('/');
  return { project: parts.slice(0, 2).join('/'), specs: [parts.slice(2).join('/')] };
}

/** green: all passed; red: a test failed; hung: no end in time; broken: no test could say anything, which proves nothing. */
function runTests({ project, specs, planted }) {
  // Whoever calls may want colours; what is read here must be plain.
  const { EROS_PLANTED: _, ...outer } = process.env;
  const env = { ...outer, FORCE_COLOR: '0' };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const jest = spawn(
      process.execPath,
      [path.join(root, 'node_modules/jest/bin/jest.js'), '--bail', '--runInBand', ...specs],
      { cwd: path.join(root, project), env: planted ? { ...env, EROS_PLANTED: planted } : env },
    );
    let output = '';
    let hasHung = false;
    jest.stdout.on('data', (text) => (output += text));
    jest.stderr.on('data', (text) => (output += text));
    const clock = setTimeout(
      () => {
        hasHung = true;
        jest.kill('SIGKILL');
      },
      planted ? HANGS_AFTER_MS : 5 * HANGS_AFTER_MS,
    );
    jest.once('error', reject);
    jest.once('close', (code) => {
      clearTimeout(clock);
      const seconds = (performance.now() - startedAt) / 1_000;
      resolve({ verdict: verdictOn({ code, hasHung, output }), output, seconds });
    });
  });
}

function verdictOn({ code, hasHung, output }) {
  if (hasHung) return 'hung';
  if (code === 0) return /^Tests: .*\d+ passed/m.test(output) ? 'green' : 'broken';
  return /^Tests: .*\d+ failed/m.test(output) ? 'red' : 'broken';
}

async function mapInParallel(items, work) {
  const results = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}

function stop(reasons) {
  for (const reason of reasons) console.error(reason);
  process.exit(1);
}
