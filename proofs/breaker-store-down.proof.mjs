// npm run proofs:breaker-store-down [-- --procs 4 --seed 1]
// PostgreSQL is stopped in mid-run. Callers see no error of the database's: `open_through` lets their calls out and opens on
// what each process sees itself, `refuse` lets none out. When the server is back every process finds to it by itself, what was
// counted meanwhile is told, and no herd of trials goes out.
import { countOf, fleet, pause, until } from './harness/fleet.mjs';
import { mostAtOnce } from './harness/overlap.mjs';
import { prove } from './harness/proof.mjs';
import { storedBreaker } from './harness/stored.mjs';

const THRESHOLD = 3;
const policy = { failureThreshold: THRESHOLD, cooldownMs: 1_000, successThreshold: 1_000, probeTimeoutMs: 60_000 };
const breakers = {
  through: policy,
  refusing: { ...policy, onStoreDown: 'refuse' },
  failing: { ...policy, cooldownMs: 600_000 },
  trying: policy,
};
/** A process notices within its reading once a second or so, and the time that a connection takes; the machine is busy. */
const NOTICED_MS = 30_000;
const OURS = ['circuit_open', 'the service failed', undefined];

await prove('breaker-store-down', { procs: 4, db: 'pg' }, async (proof) => {
  if (proof.flags.db !== 'pg') throw new Error('--db pg: the other databases have no server to stop');
  await proof.eachDatabase(async ({ option: database, server }) => {
    const { procs, seed } = proof.flags;
    const { workers, all } = await fleet(proof, procs, { database, breakers });
    const eachUntil = (name, isSo, options) =>
      Promise.all(workers.map((worker) => until(() => worker.ask('call', name, options), isSo, NOTICED_MS)));
    for (const name of Object.keys(breakers)) await all('call', name);
    // A trial that nobody else may have while the server is away and when it is back.
    await workers[0].ask('calls', 'trying', THRESHOLD, { outcome: 'failure' });

    await server.halt();
    const during = (await Promise.all(workers.map((worker) => worker.ask('calls', 'through', 50)))).flat();
    proof.equal(
      'open_through: every call goes out and comes back',
      countOf(during, ({ value }) => value === 'done'),
      during.length,
    );
    const slowestMs = Math.max(...during.map(({ ms }) => ms));
    proof.note(`the slowest of ${during.length} no-op calls took ${slowestMs.toFixed(0)} ms`);

    const refused = await eachUntil('refusing', ({ wasRun }) => !wasRun);
    proof.check(
      'refuse: no call goes out once a process has noticed',
      refused.every(({ answer }) => answer.code === 'circuit_open'),
      `within ${Math.max(...refused.map(({ ms }) => ms)).toFixed(0)} ms`,
    );

    const failures = await Promise.all(
      workers.map((worker) => worker.ask('calls', 'failing', THRESHOLD + 2, { outcome: 'failure' })),
    );
    proof.check(
      'open_through: each process opens on its own failures',
      failures.every((ends) => ends.at(-1).code === 'circuit_open' && !ends.at(-1).wasRun),
    );
    const codes = new Set(
      [...during, ...failures.flat(), ...refused.map(({ answer }) => answer)].map(({ code }) => code),
    );
    proof.check(
      'nobody has seen an error of the database',
      [...codes].every((code) => OURS.includes(code)),
      [...codes],
    );

    await server.resume();
    const back = await eachUntil('refusing', ({ wasRun }) => wasRun);
    proof.check(
      'every process finds back to the database by itself',
      back.every(({ answer }) => answer.wasRun),
      `within ${Math.max(...back.map(({ ms }) => ms)).toFixed(0)} ms`,
    );
    const told = await until(
      () => storedBreaker(database, 'failing'),
      (row) => row?.state === 'open',
      NOTICED_MS,
    );
    proof.equal('what was seen meanwhile is told: it is open for all', told.answer?.state, 'open');

    const ends = await all('hammer', 'trying', { forMs: 2_500, takesMs: [20, 60], seed });
    const trials = ends.flatMap((end) => end.trials);
    proof.check(
      'no herd: one trial at a time',
      trials.length > 0 && mostAtOnce(trials) === 1,
      `${trials.length} trials, ${mostAtOnce(trials)} at once at most`,
    );
    await pause(0);
    await all('close');
  });
});
