// What must catch a planted bug: a spec, run by Jest, or a proof, run with real processes. Each run ends in a verdict.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './plant.cjs';

/** Several times what the slowest sound run takes. A bug that hangs the tests is caught: nobody would overlook it. */
const HANGS_AFTER_MS = 300_000;

/** A run of whatever must catch the bug, with the bug in place. */
export function runWith({ id, spec, proof }) {
  return proof ? runProof([proof.split(' ')[0], '--planted', id]) : runSpecs({ ...partsOf(spec), planted: id });
}

/** Runs without any bug: one per project, of all specs that a bug names, and one per proof. */
export function soundRuns(bugs) {
  const byProject = new Map();
  for (const { project, specs } of bugs.filter(({ spec }) => spec).map(({ spec }) => partsOf(spec))) {
    byProject.set(project, new Set([...(byProject.get(project) ?? []), ...specs]));
  }
  const proofs = new Set(bugs.flatMap(({ proof }) => proof ?? []));
  return [
    ...[...byProject].map(([project, specs]) => ({
      name: project,
      run: () => runSpecs({ project, specs: [...specs] }),
    })),
    ...[...proofs].map((proof) => ({ name: `proof ${proof}`, run: () => runProof(proof.split(' ')) })),
  ];
}

function partsOf(spec) {
  const parts = spec.split('/');
  return { project: parts.slice(0, 2).join('/'), specs: [parts.slice(2).join('/')] };
}

async function runSpecs({ project, specs, planted }) {
  const jest = path.join(root, 'node_modules/jest/bin/jest.js');
  const limitMs = planted ? HANGS_AFTER_MS : 5 * HANGS_AFTER_MS;
  const end = await run([jest, '--bail', '--runInBand', ...specs], {
    cwd: path.join(root, project),
    planted,
    limitMs,
  });
  return { ...end, verdict: verdictOn(end, /^Tests: .*\d+ passed/m, /^Tests: .*\d+ failed/m) };
}

async function runProof(args) {
  const end = await run([path.join(root, 'proofs/run.mjs'), ...args], { cwd: root, limitMs: HANGS_AFTER_MS });
  return { ...end, verdict: verdictOn(end, /^[1-9]\d* passed, 0 failed$/m, /^\d+ passed, [1-9]\d* failed$/m) };
}

/** green: all passed; red: a test failed; hung: no end in time; broken: no test could say anything, which proves nothing. */
function verdictOn({ code, hasHung, output }, green, red) {
  if (hasHung) return 'hung';
  if (code === 0) return green.test(output) ? 'green' : 'broken';
  return red.test(output) ? 'red' : 'broken';
}

function run(args, { cwd, planted, limitMs }) {
  // Whoever calls may want colours; what is read here must be plain.
  const { EROS_PLANTED: _, ...outer } = process.env;
  const env = { ...outer, FORCE_COLOR: '0' };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: planted ? { ...env, EROS_PLANTED: planted } : env });
    let output = '';
    let hasHung = false;
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    const clock = setTimeout(() => {
      hasHung = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(clock);
      resolve({ code, hasHung, output, seconds: (performance.now() - startedAt) / 1_000 });
    });
  });
}
