import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom } from '@eros/domain';
import { Checks } from './checks.mjs';
import { Databases } from './databases.mjs';
import { readFlags, typed } from './flags.mjs';
import { startWorker } from './worker-process.mjs';

/**
 * Runs one proof: prints its flags, hands out what it needs, takes down all that it started, and ends with
 * `N passed, N failed`. The exit code is 1 when a check failed, none was made, or the proof broke off.
 *
 * @param name how the npm script calls it, behind `proofs:`.
 * @param defaults its flags in the bounded form. With a flag `db`, `eachDatabase` is at hand.
 */
export async function prove(name, defaults, work) {
  const flags = readFlags(defaults);
  const checks = new Checks();
  const folder = mkdtempSync(path.join(tmpdir(), `eros-${name}-`));
  const databases = new Databases(folder);
  const workers = new Set();
  const proof = {
    flags,
    folder,
    random: seededRandom(`${name} ${flags.seed}`),
    check: (...args) => checks.check(...args),
    equal: (...args) => checks.equal(...args),
    note: (text) => checks.note(text),
    /** Starts a process that runs a file of `proofs/workers`. It is killed at the end if it still lives. */
    spawn: async (file, options) => {
      const worker = startWorker(file, options);
      workers.add(worker); // also one that never gets ready is taken down
      await worker.ready;
      return worker;
    },
    /** Does the work once for each database of `--db`, on a fresh one. */
    eachDatabase: async (run) => {
      for (const kind of flags.db.split(',')) {
        checks.about = `${kind}: `;
        await run(await databases.fresh(kind));
        if (checks.failed > 0) tellWarnings();
        await Promise.all([...workers].map((worker) => worker.kill()));
        workers.clear();
      }
      checks.about = '';
    },
  };
  const tellWarnings = () => {
    for (const { pid, log } of workers)
      for (const line of log.splice(0).slice(-20)) proof.note(`${pid} warned: ${line}`);
  };
  console.log(`${name} ${typed(flags)}`);
  try {
    await work(proof);
  } catch (error) {
    checks.check('the proof comes to its end', false, error.stack ?? String(error));
  } finally {
    if (checks.failed > 0) tellWarnings();
    await Promise.all([...workers].map((worker) => worker.kill()));
    await databases.close();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(checks.lastLine);
  process.exitCode = checks.isProven ? 0 : 1;
}
