// npm run proofs [-- NAME ...]: runs proofs, all of them by default, each in its bounded form and in a process of its own.
// npm run proofs:NAME [-- FLAGS]: runs one, longer if its flags say so.
// --planted BUG builds the packages with one bug of proofs/planted in them; then the proof must fail.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPlanted, plantedBug } from './harness/planted-packages.mjs';

/** Several times what the slowest bounded proof takes. One that hangs must not hang the run. */
const HANGS_AFTER_MS = 240_000;
const ENDING = '.proof.mjs';

const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length));
const args = process.argv.slice(2);
const at = args.findIndex((arg) => arg.startsWith('--'));
const wanted = at === -1 ? args : args.slice(0, at);
const flags = at === -1 ? [] : args.slice(at);
for (const name of wanted) if (!names.includes(name)) stop(`no proof "${name}": give one of ${names.join(', ')}`);
if (flags.length > 0 && wanted.length !== 1) stop('flags are for one proof: name it');

const env = await environment();
if (wanted.length === 1) process.exit((await run(wanted[0], flags)).code);

const results = [];
for (const name of wanted.length > 0 ? wanted : names) {
  const result = await run(name, [], HANGS_AFTER_MS);
  results.push(result);
  console.log('');
}
for (const { name, code, seconds, lastLine } of results)
  console.log(`${code === 0 ? 'proven' : 'FAILED'}  ${name}  ${seconds.toFixed(1)} s  ${lastLine}`);
const failed = results.filter(({ code }) => code !== 0).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** The environment of the proofs. With `--planted BUG`, which is taken off the flags, they import that bug. */
async function environment() {
  const where = flags.indexOf('--planted');
  if (where === -1) return process.env;
  const [, id = ''] = flags.splice(where, 2);
  try {
    const bug = plantedBug(id);
    const [proven, ...withFlags] = bug.proof.split(' ');
    if (proven !== wanted[0]) stop(`bug ${id} is for the proof ${proven}`);
    // The flags of the bug come first: those on the line win.
    flags.unshift(...withFlags);
    const use = new URL('harness/use-planted.mjs', import.meta.url).href;
    console.log(`planted ${id}: ${bug.breaks}`);
    const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${use}`.trim();
    return { ...process.env, NODE_OPTIONS, EROS_PLANTED_PACKAGES: await buildPlanted(bug) };
  } catch (error) {
    return stop(error.message);
  }
}

function run(name, withFlags, limitMs) {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const proof = spawn(process.execPath, [fileURLToPath(new URL(`${name}${ENDING}`, import.meta.url)), ...withFlags], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let lastLine = '';
    proof.stdout.on('data', (data) => {
      output = (output + data).slice(-10_000);
      process.stdout.write(data);
    });
    const clock = limitMs && setTimeout(() => proof.kill('SIGKILL'), limitMs);
    proof.once('error', reject);
    proof.once('close', (code, signal) => {
      clearTimeout(clock);
      lastLine = signal ? `ended by ${signal}` : output.trimEnd().split('\n').at(-1);
      resolve({ name, code: code ?? 1, seconds: (performance.now() - startedAt) / 1_000, lastLine });
    });
  });
}

function stop(reason) {
  console.error(reason);
  process.exit(2);
}
