// npm run proofs:breaker-quorum [-- --nodes 5 --sick 1 --db sqlite,pg --seed 1]
// A fleet that opens only when three of its processes find so. A sick process opens it for itself, tries again by itself, and
// the others go on; with the third one that finds so it opens for all, once.
import { countOf, fleet, until } from './harness/fleet.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

const QUORUM = 3;
const THRESHOLD = 3;
const breakers = {
  api: { quorum: QUORUM, failureThreshold: THRESHOLD, successThreshold: 1, cooldownMs: 2_000, quorumWindowMs: 600_000 },
};

await prove('breaker-quorum', { nodes: 5, sick: 1, db: 'sqlite,pg' }, async (proof) => {
  const { nodes, sick } = proof.flags;
  if (sick < 1 || sick >= QUORUM || nodes < QUORUM + 1) {
    throw new Error(`give 1 to ${QUORUM - 1} sick nodes, and ${QUORUM + 1} nodes or more: the quorum is ${QUORUM}`);
  }
  await proof.eachDatabase(({ option }) => withEngine(option, (eros) => ours(proof, option, eros)));
});

async function ours(proof, database, onlooker) {
  const { nodes, sick } = proof.flags;
  const { workers } = await fleet(proof, nodes, { database, breakers });
  const stored = async () => (await onlooker.breakers.health()).find(({ name }) => name === 'api')?.state ?? 'closed';
  const falls = (worker) => worker.ask('calls', 'api', THRESHOLD, { outcome: 'failure' });
  const out = async (some) =>
    countOf(await Promise.all(some.map((worker) => worker.ask('call', 'api'))), ({ wasRun }) => wasRun);

  for (let i = 0; i < sick; i += 1) await falls(workers[i]);
  const ill = workers.slice(0, sick);
  const well = workers.slice(sick);
  proof.equal(`${sick} of ${nodes} sick: each is open for itself`, await out(ill), 0);
  proof.equal('its refusal is the usual one', (await ill[0].ask('call', 'api')).code, 'circuit_open');
  await Promise.all(well.map((worker) => worker.ask('state', 'api'))); // whatever there is to hear, they have heard
  proof.equal('the calls of all the others go out', await out(well), well.length);
  proof.equal('the fleet is closed', await stored(), 'closed');

  const trial = await until(
    () => ill[0].ask('call', 'api'),
    ({ wasRun }) => wasRun,
  );
  proof.check('the sick one tries again by itself', trial.answer.value === 'done');
  proof.equal('and is closed again', await out([ill[0]]), 1);
  proof.equal('the fleet has had no transition', (await onlooker.breakers.history('api')).length, 0);

  // Failures below the threshold are nobody's vote, however many processes have them.
  for (const worker of workers) await worker.ask('calls', 'api', THRESHOLD - 1, { outcome: 'failure' });
  await Promise.all(workers.map((worker) => worker.ask('call', 'api'))); // a success ends each run
  proof.equal('failures that trip no process are no votes', await stored(), 'closed');

  for (let i = 0; i < QUORUM - 1; i += 1) await falls(workers[i]);
  proof.equal(`${QUORUM - 1} that find so are not enough, though one of them did so twice`, await stored(), 'closed');
  await falls(workers[QUORUM - 1]);
  const { answer } = await until(stored, (state) => state !== 'closed');
  proof.equal(`the ${QUORUM}rd that finds so opens it for all`, answer, 'open');
  const heard = await until(
    () => out(workers),
    (count) => count === 0,
    1_500,
  );
  proof.check('and all refuse, when they have heard', heard.answer === 0, `after ${heard.ms.toFixed(0)} ms`);
  const history = await onlooker.breakers.history('api');
  proof.equal('by one transition', history.filter(({ to }) => to === 'open').length, 1);
}
