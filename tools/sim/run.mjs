// npm run sim -- [--seeds N] [--first S] [--planted BUG]: simulates N seeds from S on, on two threads; ends with
// `N seeds, M violated` and exit code 1 when a rule was broken. Stops at the first.
// npm run sim -- --seed S [--trace] [--workers N] [--faults a,b] [--loads a,b] [--storm MS]: one seed, or a part of its world.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { bundleSimulator } from './bundle.mjs';

const THREADS = 2;
/** Seeds that a thread takes at a time. */
const BATCH = 20;

if (isMainThread) process.exitCode = await main();
else await serve();

async function main() {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(
        ['seeds', 'first', 'seed', 'workers', 'faults', 'loads', 'storm', 'planted'].map((name) => [
          name,
          { type: 'string' },
        ]),
      ),
      trace: { type: 'boolean' },
    },
  });
  const { outfile, url } = await bundleSimulator(values.planted);
  try {
    return values.seed === undefined ? await runMany(values, url) : await runOne(values, await import(url));
  } finally {
    rmSync(outfile, { force: true });
  }
}

async function runOne(values, { FAULTS, LOADS, scenarioOf, simulate, shrink, report }) {
  const usual = scenarioOf(wholeNumber('seed', values.seed));
  const scenario = {
    ...usual,
    ...(values.workers ? { workers: wholeNumber('workers', values.workers) } : {}),
    ...(values.faults ? { faults: names('faults', values.faults, FAULTS) } : {}),
    ...(values.loads ? { loads: names('loads', values.loads, LOADS) } : {}),
    ...(values.storm ? { stormMs: wholeNumber('storm', values.storm) } : {}),
  };
  const outcome = await simulate(scenario, { isTraced: values.trace });
  const { violation, steps, commits, trace } = outcome;
  if (values.trace) console.log(trace.join('\n'));
  if (violation) console.log(report(values.trace ? { ...outcome, trace: [] } : outcome, await shrink(outcome)));
  console.log(`${JSON.stringify(scenario)}: ${steps} steps, ${commits} commits`);
  console.log(`1 seed, ${violation ? 1 : 0} violated`);
  return violation ? 1 : 0;
}

async function runMany(values, url) {
  const first = wholeNumber('first', values.first ?? '1');
  const count = wholeNumber('seeds', values.seeds ?? '1000');
  const startedAt = performance.now();
  const sum = { seeds: 0, steps: 0, commits: 0, virtualMs: 0, violated: 0 };
  let next = first;
  let isOver = false;
  const work = () =>
    new Promise((resolve, reject) => {
      const thread = new Worker(new URL(import.meta.url), {
        workerData: { url },
        // A world is made of short-lived things: with more room for those a third of the time is saved.
        resourceLimits: { maxYoungGenerationSizeMb: 128 },
      });
      const ask = () => {
        const seeds = Array.from({ length: Math.min(BATCH, first + count - next) }, (_, i) => next + i);
        next += seeds.length;
        if (!isOver && seeds.length > 0) return thread.postMessage(seeds);
        return thread.terminate().then(resolve, reject);
      };
      thread.once('error', reject);
      thread.on('message', ({ failure, ...told }) => {
        for (const [name, value] of Object.entries(told)) sum[name] += value;
        if (failure && !isOver) console.log(failure);
        isOver ||= failure !== undefined;
        ask();
      });
      ask();
    });
  await Promise.all(Array.from({ length: THREADS }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `${sum.steps} steps, ${sum.commits} commits, ${(sum.virtualMs / 3_600_000).toFixed(1)} virtual hours in ${seconds.toFixed(0)} s`,
  );
  console.log(`${sum.seeds} seeds, ${sum.violated} violated`);
  return sum.violated > 0 ? 1 : 0;
}

/** A thread: simulates what it is sent. */
async function serve() {
  const { scenarioOf, simulate, shrink, report } = await import(workerData.url);
  parentPort.on('message', async (seeds) => {
    const told = { seeds: 0, steps: 0, commits: 0, virtualMs: 0, violated: 0 };
    for (const seed of seeds) {
      const outcome = await simulate(scenarioOf(seed));
      told.seeds += 1;
      for (const name of ['steps', 'commits', 'virtualMs']) told[name] += outcome[name];
      if (!outcome.violation) continue;
      parentPort.postMessage({ ...told, violated: 1, failure: report(outcome, await shrink(outcome)) });
      return;
    }
    parentPort.postMessage(told);
  });
}

function wholeNumber(flag, given) {
  if (/^\d+$/.test(given)) return Number(given);
  throw new Error(`--${flag} ${given}: give a whole number`);
}

function names(flag, given, known) {
  const wanted = given === 'none' ? [] : given.split(',');
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`--${flag} ${strange}: give some of ${known.join(', ')}, or none`);
  return wanted;
}
