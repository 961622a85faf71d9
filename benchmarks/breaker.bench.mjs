// npm run bench:breaker [-- --db sqlite,pg --rounds 31 --calls 20000]: what a guarded call costs while all is well.
// A no-op async call through a closed breaker whose state is shared, in one run with cockatiel, opossum and a bare await.
// Goals: our median is at most cockatiel's; a healthy call sends no statement; a failure sends one. The breaker is the
// default one; with a rate rule or a quorum each call is timed, which is shown beside it and has no goal.
import path from 'node:path';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createEros } from '@eros/app';
import { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel';
import Opossum from 'opossum';
import { createDatabase, startPostgres } from '../tools/pg-test-server.mjs';
import { Goals, inTempFolder, median } from './measure.mjs';
import { countStatements } from './statement-counter.mjs';

const { values } = parseArgs({
  options: {
    db: { type: 'string', default: 'sqlite,pg' },
    rounds: { type: 'string', default: '31' },
    calls: { type: 'string', default: '20000' },
  },
});
const kinds = values.db.split(',');
const rounds = Number(values.rounds);
const calls = Number(values.calls);
const FAILURES = 200;
const goals = new Goals();
const statements = countStatements();
const noop = async () => undefined;
const fails = async () => {
  throw new Error('the service failed');
};

async function databaseOf(kind, folder) {
  if (kind === 'sqlite') return { option: { type: 'sqlite', path: path.join(folder, 'breaker.db') }, end: noop };
  const server = await startPostgres();
  const { url, drop } = await createDatabase(server.url);
  const end = async () => {
    await drop();
    await server.stop();
  };
  return { option: { type: 'postgres', url }, end };
}

/** Nanoseconds of a call, over so many in a row. */
async function nsPerCall(run) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i += 1) await run(noop);
  return Number(process.hrtime.bigint() - start) / calls;
}

/** The 99th percentile of single calls, in nanoseconds: the median of a few rounds. The clock's own cost is in it. */
async function p99Ns(run) {
  const times = new Float64Array(calls);
  const found = [];
  for (let round = 0; round < 5; round += 1) {
    for (let i = 0; i < calls; i += 1) {
      const start = process.hrtime.bigint();
      await run(noop);
      times[i] = Number(process.hrtime.bigint() - start);
    }
    found.push(times.sort()[Math.floor(calls * 0.99)]);
    await turn();
  }
  return median(found);
}

async function compareTimes(engines) {
  const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) });
  const opossum = new Opossum((call) => call(), { timeout: false, resetTimeout: 30_000 });
  const contenders = {
    'bare await': (call) => call(),
    cockatiel: (call) => cockatiel.execute(call),
    opossum: (call) => opossum.fire(call),
    ...Object.fromEntries(engines.map(({ kind, eros }) => [kind, (call) => eros.breakers.run('bench', call)])),
    'with a rate': (call) => engines[0].eros.breakers.run('rated', call),
  };
  const names = Object.keys(contenders);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -3; round < rounds; round += 1) {
    // Each round begins with another contender, so that none always runs behind the same one.
    for (const index of names.keys()) {
      const name = names[(index + round + names.length) % names.length];
      const ns = await nsPerCall(contenders[name]);
      if (round >= 0) times[name].push(ns);
      await turn();
    }
  }
  for (const name of names) console.log(`${name.padEnd(12)} ${median(times[name]).toFixed(0).padStart(6)} ns a call`);
  for (const { kind } of engines) {
    const ratio = median(times[kind].map((ns, round) => ns / times.cockatiel[round]));
    goals.check(
      `${kind}: a guarded call through the closed breaker`,
      ratio <= 1,
      `${ratio.toFixed(2)} x cockatiel's (goal <= 1.0)`,
    );
  }
  const bareNs = await p99Ns(contenders['bare await']);
  for (const name of names.filter((each) => each !== 'bare await')) {
    console.log(
      `${name.padEnd(12)} ${((await p99Ns(contenders[name])) - bareNs).toFixed(0).padStart(6)} ns added at the 99th percentile`,
    );
  }
  opossum.shutdown();
}

async function countSent({ kind, eros }) {
  const { breakers } = eros;
  // What is sent while nobody calls is the reading of what other processes did.
  const idle = new Set(await statements.during(() => pause(3_000)));
  const ofCalls = (sent) => sent.filter((statement) => !idle.has(statement));
  const healthy = ofCalls(
    await statements.during(async () => {
      for (let i = 0; i < calls; i += 1) {
        await breakers.run('bench', noop);
        if (i % 100 === 0) await turn();
      }
    }),
  );
  goals.check(
    `${kind}: statements per healthy call`,
    healthy.length === 0,
    `${healthy.length} in ${calls} calls (goal 0)`,
  );
  const behind = ofCalls(await statements.during(() => pause(5_500)));
  console.log(`${kind}: behind them, once per flush interval of 5 s: ${behind.length} statements`);

  await breakers.run('bench', fails).catch(noop); // the first one makes the row
  await pause(500);
  const perFailure = [];
  const startedAt = performance.now();
  for (let i = 0; i < FAILURES; i += 1) {
    const sent = ofCalls(await statements.during(() => breakers.run('bench', fails).catch(noop)));
    perFailure.push(sent.length);
    await pause(2);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const more = perFailure.filter((count) => count !== 1).length;
  const mean = perFailure.reduce((sum, count) => sum + count, 0) / FAILURES;
  // SQLite has no clock of its own: the instant it must not fall behind is stored with one failure of a quarter second.
  const allowed = kind === 'sqlite' ? Math.ceil(seconds * 4) + 1 : 0;
  goals.check(
    `${kind}: statements per failure`,
    median(perFailure) === 1 && more <= allowed,
    `${median(perFailure)} (goal 1); ${more} of ${FAILURES} in ${seconds.toFixed(1)} s also stored the clock (at most 4 a second), mean ${mean.toFixed(2)}`,
  );
}

await inTempFolder(async (folder) => {
  const engines = [];
  for (const kind of kinds) {
    const { option, end } = await databaseOf(kind, folder);
    const eros = await createEros({
      database: option,
      migrate: 'auto',
      breakers: {
        bench: { failureThreshold: 1_000_000 },
        rated: { failureRate: { threshold: 0.5, over: { calls: 100 } } },
      },
    });
    for (const name of ['bench', 'rated']) await eros.breakers.run(name, noop); // the first use of a name reads its row
    engines.push({ kind, eros, end });
  }
  await compareTimes(engines);
  for (const engine of engines) await countSent(engine);
  for (const { eros, end } of engines) {
    await eros.close();
    await end();
  }
});
goals.end();
