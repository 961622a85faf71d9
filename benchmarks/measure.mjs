import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';

/** Seconds that an async piece of work takes. */
export async function secondsOf(work) {
  const start = process.hrtime.bigint();
  const value = await work();
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, value };
}

/** Calls per second of `work`, called until `forSeconds` have passed; after as many calls again to warm up. */
export async function ratePerSecond(work, forSeconds = 2) {
  for (const limit of [forSeconds / 4, forSeconds]) {
    let calls = 0;
    const start = process.hrtime.bigint();
    let seconds = 0;
    while (seconds < limit) {
      await work(calls);
      calls += 1;
      seconds = Number(process.hrtime.bigint() - start) / 1e9;
    }
    if (limit === forSeconds) return calls / seconds;
  }
  return 0;
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A folder that is gone when the work has ended. */
export async function inTempFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'eros-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const machine = () => `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}`;

/** Prints `name: value`, and whether the goal is met. Says at the end whether all were. */
export class Goals {
  missed = 0;

  check(name, isMet, text) {
    if (!isMet) this.missed += 1;
    console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${text}`);
  }

  end() {
    console.log(`${this.missed === 0 ? 'all goals met' : `${this.missed} goals missed`} (${machine()})`);
    process.exitCode = this.missed === 0 ? 0 : 1;
  }
}
