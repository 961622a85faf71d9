// npm run bench:saga: sagas of four durable steps that do nothing, a second. On PostgreSQL in one run with DBOS and with the
// bare statements, on a server of its own whose commits reach the disk; on an SQLite file beside the raw commit rate.
// --seconds N for each figure (2), --rounds N (3); figures are medians of the rounds, which take turns.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createDatabase, startPostgres } from '../tools/pg-test-server.mjs';
import { Goals, inTempFolder, median, ratePerSecond } from './measure.mjs';
import { openDbos } from './saga-contenders/dbos.mjs';
import { openEros } from './saga-contenders/eros.mjs';
import { openFloor } from './saga-contenders/floor-postgres.mjs';
import { openSqliteFloor } from './saga-contenders/floor-sqlite.mjs';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '3' } },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const STEPS = 4;
const IN_FLIGHT = [1, 8, 32];
/** Of every contender: DBOS's own default. */
const POOL_SIZE = 20;

/** Sagas a second with so many in flight all the time. */
async function rate({ run }, inFlight) {
  let done = 0;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const keepOn = async () => {
    while (performance.now() < endMs) {
      await run(done);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, keepOn));
  return (done * 1_000) / (performance.now() - startMs);
}

async function onPostgres(goals) {
  const server = await startPostgres({ durable: true, own: true });
  try {
    const [own, dbos, floor] = await Promise.all(Array.from({ length: 3 }, () => createDatabase(server.url)));
    const contenders = [
      await openEros({ database: { type: 'postgres', url: own.url, poolSize: POOL_SIZE }, steps: STEPS }),
      await openDbos({ url: dbos.url, poolSize: POOL_SIZE, steps: STEPS }),
      await openFloor({ url: floor.url, poolSize: POOL_SIZE, steps: STEPS }),
    ];
    const found = new Map();
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const inFlight of IN_FLIGHT) {
        for (const contender of contenders) {
          const key = `${contender.name} ${inFlight}`;
          const perSecond = await rate(contender, inFlight);
          if (round > 0) found.set(key, [...(found.get(key) ?? []), perSecond]);
        }
      }
    }
    for (const { close } of contenders) await close();
    const of = (name, inFlight) => median(found.get(`${name} ${inFlight}`));
    console.log(`sagas of ${STEPS} steps a second on PostgreSQL, each commit on the disk:`);
    for (const { name } of contenders) {
      const figures = IN_FLIGHT.map((inFlight) => `${of(name, inFlight).toFixed(0)} at ${inFlight}`);
      console.log(`  ${name}: ${figures.join(', ')}`);
    }
    const [us, them, raw] = contenders.map(({ name }) => name);
    for (const [inFlight, goal] of [
      [1, 3],
      [32, 5],
    ]) {
      const times = of(us, inFlight) / of(them, inFlight);
      const ofFloor = of(us, inFlight) / of(raw, inFlight);
      const text = `${times.toFixed(1)} x DBOS, ${ofFloor.toFixed(2)} x the raw statements (goal >= ${goal} x DBOS)`;
      goals.check(`${inFlight} in flight on PostgreSQL`, times >= goal, text);
    }
  } finally {
    await server.stop();
  }
}

const onSqlite = (goals) =>
  inTempFolder(async (folder) => {
    const floor = await openSqliteFloor(path.join(folder, 'floor.db'));
    const eros = await openEros({ database: { type: 'sqlite', path: path.join(folder, 'eros.db') }, steps: STEPS });
    const commits = [];
    const sagas = new Map(IN_FLIGHT.map((inFlight) => [inFlight, []]));
    for (let round = 0; round <= rounds; round += 1) {
      const perSecond = await ratePerSecond(() => floor.commit(), seconds);
      if (round > 0) commits.push(perSecond);
      for (const inFlight of IN_FLIGHT) {
        const sagasPerSecond = await rate(eros, inFlight);
        if (round > 0) sagas.get(inFlight).push(sagasPerSecond);
      }
    }
    await floor.close();
    await eros.close();
    const best = Math.max(...IN_FLIGHT.map((inFlight) => median(sagas.get(inFlight))));
    const figures = IN_FLIGHT.map((inFlight) => `${median(sagas.get(inFlight)).toFixed(0)} at ${inFlight}`).join(', ');
    console.log(`sagas of ${STEPS} steps a second on an SQLite file: ${figures}`);
    const raw = median(commits);
    const text = `${best.toFixed(0)} a second for ${raw.toFixed(0)} raw commits: 1/${(raw / best).toFixed(1)} (goal >= 1/12)`;
    goals.check('sagas on an SQLite file', best >= raw / 12, text);
  });

const goals = new Goals();
await onPostgres(goals);
await onSqlite(goals);
goals.end();
