// npm run proofs:breaker-fleet [-- --procs 8 --kill prober --for-ms 2500 --db sqlite,pg --seed 1]
// So many processes call a half-open breaker without a pause. Over all of them never more trials are out at once than
// allowed. A process that is killed (or stopped) with the only permit in its hands loses it at the end of the lease: another
// one tries then, and not before.
import { countOf, fleet, pause, until } from './harness/fleet.mjs';
import { mostAtOnce } from './harness/overlap.mjs';
import { callOut, openPeer, PEERS } from './harness/peers.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

const LEASE_MS = 3_000;
/** How long after the lease another process may take to try: it reads again once a second or so, and the machine is busy. */
const TAKEOVER_MS = 10_000;
const ROUNDS_MAX = 20;
/** A process that cannot reach its database in time, on a busy machine, lets no call out: what is asked here is not that. */
const open = { failureThreshold: 1, cooldownMs: 100, successThreshold: 1_000, onStoreDown: 'refuse' };
const breakers = {
  one: { ...open, probeLimit: 1, probeTimeoutMs: 60_000 },
  three: { ...open, probeLimit: 3, probeTimeoutMs: 60_000 },
  kill: { ...open, probeTimeoutMs: LEASE_MS },
  stop: { ...open, probeTimeoutMs: LEASE_MS },
};

const flags = { procs: 8, kill: 'prober', 'for-ms': 2_500, db: 'sqlite,pg' };
await prove('breaker-fleet', flags, async (proof) => {
  await proof.eachDatabase(({ option }) => withEngine(option, (eros) => ours(proof, option, eros)));
  await hydratedPeers(proof);
});

async function ours(proof, database, onlooker) {
  const { procs, kill, 'for-ms': forMs, seed } = proof.flags;
  const { workers, all } = await fleet(proof, procs, { database, breakers });
  /** One of them fails, and all have heard that the breaker is open, and that its open time is over. */
  const halfOpen = async (name, fleetNow) => {
    await until(
      () => fleetNow[0].ask('call', name, { outcome: 'failure' }),
      ({ wasRun }) => wasRun,
    );
    await Promise.all(
      fleetNow.map((worker) =>
        until(
          () => worker.ask('state', name),
          (state) => state === 'half_open',
        ),
      ),
    );
  };

  /** All of them call without a pause for that time; longer on a machine so busy that hardly a trial goes out. */
  const hammered = async (name, limit) => {
    const ends = workers.map(() => ({ trials: [], refused: 0 }));
    const isEnough = () =>
      countOf(ends, ({ trials }) => trials.length > 0) > 1 && mostAtOnce(ends.flatMap(({ trials }) => trials)) >= limit;
    for (let rounds = 1; rounds === 1 || (!isEnough() && rounds <= ROUNDS_MAX); rounds += 1) {
      const round = await all('hammer', name, { forMs, takesMs: [5, 40], seed: `${seed} ${rounds}` });
      for (const [index, { trials, refused }] of round.entries()) {
        ends[index].trials.push(...trials);
        ends[index].refused += refused;
      }
    }
    return ends;
  };

  for (const [name, limit] of [
    ['one', 1],
    ['three', 3],
  ]) {
    await halfOpen(name, workers);
    const ends = await hammered(name, limit);
    const trials = ends.flatMap((end) => end.trials);
    const refused = ends.reduce((sum, end) => sum + end.refused, 0);
    proof.note(`${procs} processes: ${trials.length} trials, ${refused} calls refused`);
    proof.equal(`${name}: so many trials out at once at most`, mostAtOnce(trials), limit);
    proof.check(`${name}: more than one process had a trial`, countOf(ends, (end) => end.trials.length > 0) > 1);
  }

  /** The end of the lease that is out now, as the table has it. */
  const leaseEnd = async (name) => {
    const [row] = await onlooker.transaction((tx) =>
      tx.query(`SELECT permits FROM circuit_breaker_state WHERE name = '${name}'`),
    );
    const permits = typeof row.permits === 'string' ? JSON.parse(row.permits) : row.permits;
    return Math.max(...permits.map(({ until }) => Date.parse(until)));
  };
  /** All of them call until one has the permit, hangs, and loses it by `lose`. Answers with that one and its heir. */
  const loseOnePermit = async (name, fleetNow, lose) => {
    await halfOpen(name, fleetNow);
    for (const worker of fleetNow) worker.ask('hammer', name, { hangs: true }).catch(() => undefined); // it may be killed
    const going = new Map(
      fleetNow.map((worker) => [
        worker,
        worker.said('out', (out) => out.name === name).then((out) => ({ worker, ...out })),
      ]),
    );
    const first = await Promise.race(going.values());
    const untilMs = await leaseEnd(name);
    const granted = (await onlooker.breakers.history(name)).findLast(({ to }) => to === 'half_open');
    proof.equal(`${name}: its lease is as long as its policy says`, untilMs - granted?.atMs, LEASE_MS);
    await lose(first.worker);
    going.delete(first.worker);
    const next = await Promise.race(going.values());
    const behindMs = next.atMs - untilMs;
    proof.check(
      `${name}: another process tries at the end of the lease`,
      behindMs <= TAKEOVER_MS,
      `${behindMs} ms behind it`,
    );
    proof.check(`${name}: and not before`, behindMs >= 0);
    return { loser: first.worker, heir: next.worker };
  };

  if (kill === 'prober') await loseOnePermit('kill', workers, (prober) => prober.kill());
  const living = workers.filter(({ isAlive }) => isAlive);
  const { loser, heir } = await loseOnePermit('stop', living, (prober) => prober.pause());
  const health = async () => (await onlooker.breakers.health()).find(({ name }) => name === 'stop');
  const before = await health();
  loser.resume();
  await loser.ask('settle', 'stop', 'failure');
  await pause(100); // a failure is waited for at most 50 ms
  const after = await health();
  proof.equal(
    'stop: the failure of the one that went on late changes nothing',
    after.failureCount,
    before.failureCount,
  );
  proof.equal('stop: nor the state', after.state, 'half_open');
  await heir.ask('settle', 'stop', 'failure');
  const opened = await until(health, ({ failureCount }) => failureCount > before.failureCount);
  proof.equal('stop: that of its heir opens', opened.answer.failureCount, before.failureCount + 1);
}

/** The nearest that peers have: objects made from one exported state, as processes that start would be. */
async function hydratedPeers(proof) {
  const options = { failures: 1, cooldownMs: 100 };
  for (const [name, make] of Object.entries(PEERS)) {
    const first = make(options);
    await openPeer(first, 1);
    const copies = Array.from({ length: 8 }, () => make({ ...options, state: first.exported() }));
    await pause(options.cooldownMs + 50);
    const calls = copies.map(({ run }) => callOut(run));
    await pause(20);
    proof.note(
      `${name}: 8 objects from one exported open state: ${countOf(calls, ({ isOut }) => isOut)} trials out at once (ours: 1)`,
    );
    for (const peer of [first, ...copies]) peer.end();
  }
}
