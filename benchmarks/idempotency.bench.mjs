// npm run bench:idempotency [-- --db sqlite3,better-sqlite3,pg --sizes 1000,1000000 --rounds 15 --calls 500 --in-flight 8]
// What an idempotent call costs through the public API, beside the raw pair that it cannot do without, at the same table size, in
// the same run: INSERT of a claim and UPDATE with the result, each committed; and one SELECT for a replay. One call at a time, on
// both sides; and, without a goal, new keys with several in flight, beside the pair by TypeORM's pool. The goals are judged by the harder of two baselines, the driver alone on one connection with its statements prepared
// once; beside it stands query() of a TypeORM DataSource, as one writes statements by hand. Journal, synchronous and isolation are
// the engine's on all sides, and PostgreSQL's commits reach the disk. Rounds take turns, each long enough for SQLite to write its
// log back a few times on either side; a ratio is the median over the rounds. Each database has a process of its own, as a service
// has one database: what one driver makes of the engine's compiled code would slow the other down.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { idempotencyTargets } from './idempotency-targets.mjs';
import { Goals, inTempFolder, median, secondsOf } from './measure.mjs';

const { values } = parseArgs({
  options: {
    db: { type: 'string', default: Object.keys(idempotencyTargets).join(',') },
    sizes: { type: 'string', default: '1000,1000000' },
    rounds: { type: 'string', default: '15' },
    calls: { type: 'string', default: '500' },
    'in-flight': { type: 'string', default: '8' },
  },
});
const sizes = values.sizes.split(',').map(Number);
const [rounds, calls] = [Number(values.rounds), Number(values.calls)];
const inFlight = Number(values['in-flight']);
const goals = new Goals();
const WARM_UP_ROUNDS = 3;

/** Mean microseconds of one call. */
async function microsecondsEach(call) {
  const { seconds } = await secondsOf(async () => {
    for (let nth = 0; nth < calls; nth += 1) await call(nth);
  });
  return (seconds / calls) * 1e6;
}

/** Mean microseconds from one end of a call to the next, with several in flight. */
async function microsecondsApart(call) {
  let next = 0;
  const { seconds } = await secondsOf(async () => {
    const caller = async () => {
      while (next < calls) await call(next++);
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
  });
  return (seconds / calls) * 1e6;
}

/** The rounds of one table, one at a time. */
function roundsOn({ eros, raw, bare }) {
  let serial = 0;
  const ids = [];
  const rows = [];
  const pay = (id) => eros.idempotency.run('pay_out', { creatorId: `c-${id}`, month: '2026-10' }, async () => ({ id }));
  const payInTransaction = (id) =>
    eros.idempotency.run('pay_out', { creatorId: `c-${id}`, month: '2026-10' }, ({ transaction }) =>
      transaction(async () => ({ id })),
    );
  const replay = async (id) => {
    const { replayed } = await pay(id);
    if (!replayed) throw new Error(`call ${id} was not replayed`);
  };
  const run = async (isCounted) => {
    const first = serial;
    serial += calls;
    const row = {};
    const parts = [
      async () => (row.pair = await microsecondsEach(async () => ids.push(await raw.pair()))),
      async () => (row.bare = await microsecondsEach(() => bare.pair())),
      async () => (row.fresh = await microsecondsEach((nth) => pay(first + nth))),
      async () => (row.pairs = await microsecondsApart(() => raw.pair())),
      async () => (row.many = await microsecondsApart((nth) => pay(`m-${first + nth}`))),
      async () => (row.committed = await microsecondsEach((nth) => payInTransaction(`t-${first + nth}`))),
    ];
    if ((serial / calls) % 2 === 0) parts.reverse();
    for (const part of parts) await part();
    row.select = await microsecondsEach((nth) => raw.select(ids[first + nth]));
    row.replay = await microsecondsEach((nth) => replay(first + nth));
    if (isCounted) rows.push(row);
  };
  const found = () => {
    const time = (name) => median(rows.map((row) => row[name]));
    return {
      ...{ pair: time('pair'), bare: time('bare'), fresh: time('fresh'), committed: time('committed') },
      ...{ select: time('select'), replay: time('replay'), pairs: time('pairs'), many: time('many') },
      freshRatio: median(rows.map((row) => row.bare / row.fresh)),
      replayRatio: median(rows.map((row) => row.bare / row.replay)),
      manyRatio: median(rows.map((row) => row.pairs / row.many)),
      queryRatio: median(rows.map((row) => row.pair / row.fresh)),
      readRatio: median(rows.map((row) => row.select / row.replay)),
    };
  };
  return { run, found };
}

const names = values.db.split(',');
const unknown = names.find((name) => !idempotencyTargets[name]);
if (unknown !== undefined)
  throw new Error(`--db ${unknown}: give one of ${Object.keys(idempotencyTargets).join(', ')}`);
if (names.length === 1) await compare(names[0]);
else for (const name of names) compareInProcess(name);

function compareInProcess(name) {
  const settings = ['db', 'sizes', 'rounds', 'calls', 'in-flight'].flatMap((flag) => [
    `--${flag}`,
    flag === 'db' ? name : values[flag],
  ]);
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...settings], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

async function compare(name) {
  await inTempFolder(async (folder) => {
    const tables = [];
    for (const size of sizes) {
      const target = await idempotencyTargets[name](path.join(folder, `${name}-${size}`), size);
      tables.push({ size, target, rounds: roundsOn(target) });
    }
    // By turns, so that all sizes meet the machine in the same moods and the code equally warm. Those before 0 warm up.
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      for (const table of tables) await table.rounds.run(round >= 0);
    }
    const ratios = tables.map((table) => tell(name, table.size, table.rounds.found()));
    for (const { target } of tables) await target.close();
    if (ratios.length === 1) return;
    const change = (ratios.at(-1) / ratios[0] - 1) * 100;
    const text = `ratio ${change.toFixed(0)} % (goal +-20 %)`;
    goals.check(`new key, ${name}, large against small`, Math.abs(change) <= 20, text);
  });
  goals.end();
}

/** Prints what was found at one size. Answers with the ratio of new keys. */
function tell(name, size, found) {
  const us = (value) => `${value.toFixed(0)} us`;
  const at = `${name} at ${size.toLocaleString('en')}`;
  const times = (ratio) => `${ratio.toFixed(2)} x the speed of the raw pair (goal >= 0.7)`;
  console.log(
    `${name}, ${size.toLocaleString('en')} live keys: new key ${us(found.fresh)}, raw pair ${us(found.bare)}, by TypeORM ${us(found.pair)};`,
  );
  console.log(
    `        replay ${us(found.replay)}, raw SELECT ${us(found.select)}; result in ctx.transaction ${us(found.committed)}`,
  );
  goals.check(`new key, ${at}`, found.freshRatio >= 0.7, times(found.freshRatio));
  goals.check(`replay, ${at}`, found.replayRatio >= 0.7, times(found.replayRatio));
  console.log(
    `        new key beside TypeORM's pair: ${found.queryRatio.toFixed(2)} x its speed; replay beside TypeORM's SELECT: ${found.readRatio.toFixed(2)} x`,
  );
  console.log(
    `        ${inFlight} in flight: a new key every ${us(found.many)}, TypeORM's pair every ${us(found.pairs)}: ${found.manyRatio.toFixed(2)} x its speed`,
  );
  return found.freshRatio;
}
