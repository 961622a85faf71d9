// npm run proofs:breaker-count [-- --procs 16 --call-ms 400 --db sqlite,pg --seed 1]
// So many processes fail once each at the same time. Every failure is counted: the stored count is their number while the
// threshold is above it, and a breaker whose threshold is below it is open. Nothing is held during the calls: if one waited for
// the other, all together would take as many times as long.
import { countOf, fleet } from './harness/fleet.mjs';
import { prove } from './harness/proof.mjs';
import { storedBreaker } from './harness/stored.mjs';

await prove('breaker-count', { procs: 16, 'call-ms': 400, db: 'sqlite,pg' }, async (proof) => {
  const { flags, equal, check } = proof;
  const { procs, 'call-ms': callMs } = flags;
  await proof.eachDatabase(async ({ option: database }) => {
    const breakers = {
      wide: { failureThreshold: procs + 1 },
      exact: { failureThreshold: procs },
      narrow: { failureThreshold: 10 },
    };
    const { all } = await fleet(proof, procs, { database, breakers });
    for (const name of Object.keys(breakers)) {
      await all('state', name); // the first use of a name reads its row: that is no part of a failing call
      const calls = await all('call', name, { outcome: 'failure', takesMs: callMs });
      equal(
        `${name}: every call was let out`,
        countOf(calls, ({ wasRun }) => wasRun),
        procs,
      );
      const slowestMs = Math.max(...calls.map(({ ms }) => ms));
      check(
        `${name}: the calls did not wait for one another`,
        slowestMs < (procs / 2) * callMs,
        `one takes ${callMs} ms, the slowest of ${procs} at once took ${slowestMs.toFixed(0)} ms`,
      );
    }
    await all('close'); // what is still being written is written then
    const stored = async (name) => {
      const { state, failureCount } = await storedBreaker(database, name);
      return { state, failureCount };
    };
    equal(`wide: stored with a threshold above ${procs}`, await stored('wide'), {
      state: 'closed',
      failureCount: procs,
    });
    equal(`exact: stored with a threshold of ${procs}`, await stored('exact'), { state: 'open', failureCount: procs });
    if (procs >= 10)
      equal('narrow: stored with a threshold of 10', await stored('narrow'), { state: 'open', failureCount: 10 });
  });
});
