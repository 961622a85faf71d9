// npm run proofs:breaker-count [-- --procs 16 --call-ms 400 --db sqlite,pg --seed 1]
// So many processes fail once each at the same time. Every failure is counted: the stored count is their number while the
// threshold is above it, and a breaker whose threshold is below it is open. Nothing is held during the calls: if one waited for
// the other, all together would take as many times as long. Of a breaker that has a row already each failure is counted by one
// statement; of one that nobody has told of yet, those that come first make the row.
import { countOf, fleet, until } from './harness/fleet.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

/** A process whose write is not answered in time, on a busy machine, may tell it twice: then all is asked again. */
const ROUNDS_MAX = 5;
const ROUNDS = Array.from({ length: ROUNDS_MAX }, (_, nth) => nth + 1);
const BEGINNINGS = ['known', 'new'];

await prove('breaker-count', { procs: 16, 'call-ms': 400, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(({ option }) => withEngine(option, (eros) => ours(proof, option, eros)));
});

async function ours(proof, database, onlooker) {
  const { procs, 'call-ms': callMs } = proof.flags;
  const { check, equal } = proof;
  const thresholds = { wide: procs + 1, exact: procs, ...(procs >= 10 ? { narrow: 10 } : {}) };
  const cases = BEGINNINGS.flatMap((beginning) =>
    Object.entries(thresholds).map(([width, threshold]) => ({ name: `${width}, ${beginning}`, beginning, threshold })),
  );
  const breakers = Object.fromEntries(
    cases.flatMap(({ name, threshold }) =>
      ROUNDS.map((round) => [`${name} ${round}`, { failureThreshold: threshold }]),
    ),
  );
  const { workers, all } = await fleet(proof, procs, { database, breakers });
  const stored = async (name) => {
    const { state, failureCount } = (await onlooker.breakers.health()).find((each) => each.name === name) ?? {};
    return { state, failureCount };
  };
  const wereAlone = (name) =>
    countOf(workers, ({ log }) => log.some((line) => line.includes('cannot reach') && line.includes(`'${name}'`)));

  for (const { name, beginning, threshold } of cases) {
    const expected = { state: threshold > procs ? 'closed' : 'open', failureCount: Math.min(procs, threshold) };
    for (const round of ROUNDS) {
      const one = `${name} ${round}`;
      if (beginning === 'known') {
        await onlooker.breakers.recordSuccess(one);
        await until(
          () => stored(one),
          ({ state }) => state === 'closed',
        );
      }
      await all('state', one); // the first use of a name reads its row: that is no part of a failing call
      const calls = await all('call', one, { outcome: 'failure', takesMs: callMs });
      const { answer } = await until(
        () => stored(one),
        ({ failureCount }) => failureCount === expected.failureCount,
      );
      const alone = wereAlone(one);
      if (alone > 0 && round < ROUNDS_MAX) {
        proof.note(`${name}: ${alone} processes had no answer of the database in time: asked again`);
        continue;
      }
      equal(
        `${name}: every call was let out`,
        countOf(calls, ({ wasRun }) => wasRun),
        procs,
      );
      const slowestMs = Math.max(...calls.map(({ ms }) => ms));
      check(
        `${name}: the calls did not wait for one another`,
        slowestMs < 0.8 * procs * callMs,
        `one takes ${callMs} ms, the slowest of ${procs} at once took ${slowestMs.toFixed(0)} ms`,
      );
      equal(`${name}: stored with a threshold of ${threshold}`, answer, expected);
      break;
    }
  }
  await all('close');
}
