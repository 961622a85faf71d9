// npm run bench:saga-failover: how long a saga stands still when the process that works on it is killed with SIGKILL, and whether
// a step is done again whose end was written down.
// --kills N (20), --workers N (4), --sagas N (8), --lease MS, --sweep MS (the engine's defaults), --db pg|sqlite (pg), --seed N (1).
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEros } from '@eros/app';
import { seededRandom } from '@eros/domain';
import { createDatabase, startPostgres } from '../tools/pg-test-server.mjs';
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
const settings = {
  ...(values.lease === undefined ? {} : { leaseMs }),
  ...(values.sweep === undefined ? {} : { sagas: { sweepMs } }),
};
const kills = Number(values.kills);
const random = seededRandom(`saga-failover ${values.seed}`);
/** Longer than the run: a saga is under way whenever its worker is killed. */
const STEPS = 2_000;
const STEP_MS = 250;
const STALLED_MS = 60_000;
const workerFile = fileURLToPath(new URL('saga-failover-worker.mjs', import.meta.url));

async function measure(database) {
  const eros = await createEros({ database, migrate: 'auto' });
  const creator = {
    creator_id: 'c-001',
    page_name: 'bench',
    display_name: 'Bench',
    page_type: 'paid',
    timezone: 'UTC',
  };
  await eros.data.importCreators([{ ...creator, current_active_fans: 1_000, is_active: 1 }]);
  const workers = new Set();
  /** Who began the latest step of each saga, and every step that was begun. */
  const latest = new Map();
  const begun = [];
  const stranded = new Map();
  const took = [];
  let arrived = () => undefined;
  const until = async (isSo) => {
    const timer = setTimeout(() => arrived(new Error('a saga stands still for longer than a minute')), STALLED_MS);
    while (!isSo()) {
      const error = await new Promise((resolve) => (arrived = resolve));
      if (error) throw error;
    }
    clearTimeout(timer);
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
      arrived();
    });
    workers.add(worker);
    return worker;
  };

  try {
    await Promise.all(Array.from({ length: Number(values.workers) }, start));
    const [first] = workers;
    const ids = Array.from({ length: Number(values.sagas) }, (_, i) => `saga-${i + 1}`);
    for (const sagaId of ids) first.send({ sagaId });
    await until(() => latest.size === ids.length);

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
      await until(() => stranded.size === 0);
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
