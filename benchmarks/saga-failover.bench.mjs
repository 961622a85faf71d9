// npm run bench:saga-failover: how long a saga stands still when the process that works on it is killed with SIGKILL, and whether
// a step is done again whose end was written down.
// --kills N (20), --workers N (4), --sagas N (8), --lease MS, --sweep MS (the engine's defaults), --db pg|sqlite (pg), --seed N (1).
// Every saga may be recovered as often as there are kills, and more: by default it would be parked after 20. Its steps last
// longer than all kills together can.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEros } from '@eros/app';
import { seededRandom } from '@eros/domain';
import { createDatabase, startPostgres } from '../tools/pg-test-server.mjs';
import { importCreator } from './bench-creator.mjs';
import { Goals, inTempFolder } from './measure.mjs';

const text = (fallback) => ({ type: 'string', ...(fallback === undefined ? {} : { default: fallback }) });
const { values } = parseArgs({
  options: {
    ...{ kills: text('20'), workers: text('4'), sagas: text('8'), lease: text(), sweep: text() },
    ...{ db: text('pg'), seed: text('1') },
  },
});
const DEFAULT_LEASE_MS = 8_000;
const DEFAULT_SWEEP_MS = 1_000;
const GOAL_MS = 10_000;
const leaseMs = Number(values.lease ?? DEFAULT_LEASE_MS);
const sweepMs = Number(values.sweep ?? DEFAULT_SWEEP_MS);
const kills = Number(values.kills);
const settings = {
  ...(values.lease === undefined ? {} : { leaseMs }),
  sagas: { recoveriesMax: 10 * kills + 100, ...(values.sweep === undefined ? {} : { sweepMs }) },
};
const random = seededRandom(`saga-failover ${values.seed}`);
/** Rather long than many: a saga's row lists its completed steps, so that the last of many cost more than the first. */
const STEP_MS = 500;
/** How long a kill takes at most on a busy machine: until it comes, and until all goes on. */
const KILL_MS = 2 * STEP_MS + leaseMs + sweepMs + 5_000;
/** They last longer than the run: a saga is under way whenever its worker is killed. */
const STEPS = Math.ceil(((kills + 2) * KILL_MS) / STEP_MS);
const STALLED_MS = 60_000;
const workerFile = fileURLToPath(new URL('saga-failover-worker.mjs', import.meta.url));

async function measure(database) {
  const eros = await createEros({ database, migrate: 'auto' });
  const creatorId = await importCreator(eros);
  const ids = Array.from({ length: Number(values.sagas) }, (_, i) => `saga-${i + 1}`);
  const workers = new Set();
  /** Who began the latest step of each saga, and every step that was begun. */
  const latest = new Map();
  const begun = [];
  const stranded = new Map();
  const took = [];
  let arrived = () => undefined;
  /** Waits until a worker is at each of the sagas. */
  const allUnderWay = async () => {
    const waiting = () => ids.filter((sagaId) => !latest.has(sagaId));
    const timer = setTimeout(() => arrived({ isStalled: true }), STALLED_MS);
    try {
      while (waiting().length > 0) {
        const { isStalled } = await new Promise((resolve) => (arrived = resolve));
        if (isStalled) throw new Error(`stands still for longer than a minute: ${await statusOf(eros, waiting())}`);
      }
    } finally {
      clearTimeout(timer);
    }
  };

  const start = async () => {
    const args = [JSON.stringify({ database, settings, steps: STEPS, stepMs: STEP_MS })];
    const worker = fork(workerFile, args);
    const ready = once(worker, 'message');
    await ready;
    worker.on('message', ({ sagaId, step, atMs }) => {
      // What a killed worker had sent is still read.
      if (!workers.has(worker)) return;
      begun.push({ sagaId, step, atMs });
      latest.set(sagaId, worker);
      const since = stranded.get(sagaId);
      if (since !== undefined) {
        took.push(atMs - since);
        stranded.delete(sagaId);
      }
      arrived({ isStalled: false });
    });
    workers.add(worker);
    return worker;
  };

  try {
    await Promise.all(Array.from({ length: Number(values.workers) }, start));
    const [first] = workers;
    for (const sagaId of ids) first.send({ sagaId, creatorId });
    await allUnderWay();

    for (let kill = 1; kill <= kills; kill += 1) {
      const holders = [...workers].filter((worker) => [...latest.values()].includes(worker));
      const victim = holders[Math.floor(random() * holders.length)];
      // Somewhere in a step, or between two.
      await pause(STEP_MS + random() * STEP_MS);
      const killedMs = Date.now();
      victim.kill('SIGKILL');
      workers.delete(victim);
      for (const [sagaId, worker] of latest) {
        if (worker !== victim) continue;
        latest.delete(sagaId);
        stranded.set(sagaId, killedMs);
      }
      await start();
      // Every saga is under way again before the next kill, so that each kill is one of its own.
      await allUnderWay();
      if (process.stderr.isTTY) process.stderr.write(`\rkill ${kill}/${kills}   `);
    }
    let repeated = 0;
    for (const sagaId of ids) {
      const { timeline } = await eros.sagas.get(sagaId);
      const ends = new Map(timeline.filter(({ type }) => type === 'step_ended').map(({ step, at }) => [step, at]));
      repeated += begun.filter((each) => each.sagaId === sagaId && ends.get(each.step) < each.atMs).length;
    }
    return { took: took.sort((a, b) => a - b), repeated, begun: begun.length };
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await eros.close();
  }
}

/** What has become of these sagas. */
async function statusOf(eros, sagaIds) {
  const all = await Promise.all(sagaIds.map(async (sagaId) => ({ sagaId, ...(await eros.sagas.get(sagaId)) })));
  return all
    .map(({ sagaId, status = 'never started', stuckReason, owner, leaseUntil, stepsCompleted = [] }) => {
      const held = owner ? `held by ${owner} until ${leaseUntil?.toISOString()}` : 'held by nobody';
      const parked = stuckReason ? ` and parked: ${stuckReason}` : '';
      return `${sagaId} (${status}${parked}, ${held}, ${stepsCompleted.length} of ${STEPS} steps done)`;
    })
    .join('; ');
}

async function onDatabase(work) {
  if (values.db === 'sqlite') {
    return inTempFolder((folder) => work({ type: 'sqlite', path: path.join(folder, 'eros.db') }));
  }
  const server = await startPostgres({ durable: true, own: true });
  try {
    return await work({ type: 'postgres', url: (await createDatabase(server.url)).url });
  } finally {
    await server.stop();
  }
}

const { took, repeated, begun } = await onDatabase(measure);
const at = (share) => took[Math.min(took.length - 1, Math.floor(share * took.length))];
const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;
const goals = new Goals();
console.log(
  `${kills} kills, ${took.length} sagas left standing, ${begun} steps begun (--db ${values.db}, seed ${values.seed})`,
);
// Beyond lease and sweep: starting the step, and hearing of it.
const slackMs = 500;
const figures = `p50 ${seconds(at(0.5))}, p99 ${seconds(at(0.99))}, longest ${seconds(took.at(-1))}`;
const bound = `(goal: p99 <= lease ${seconds(leaseMs)} + sweep ${seconds(sweepMs)} + ${seconds(slackMs)})`;
goals.check('from the kill to the next step', at(0.99) <= leaseMs + sweepMs + slackMs, `${figures} ${bound}`);
if (values.lease === undefined && values.sweep === undefined) {
  goals.check(
    'with the default settings',
    at(0.99) <= GOAL_MS,
    `p99 ${seconds(at(0.99))} (goal <= ${seconds(GOAL_MS)})`,
  );
}
goals.check('steps repeated whose end was written', repeated === 0, `${repeated} (goal 0)`);
goals.end();
