// npm run proofs:breaker-hold [-- --restart --db sqlite,pg --seed 1]
// What an operator orders is durable, seen by every process, and ends as it was ordered: by release, or at its time. Then
// there is what was there before, with the open time that was left. --restart kills every process with holds in force.
import { fleet, pause, until } from './harness/fleet.mjs';
import { openPeer, PEERS } from './harness/peers.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

/** What one process ordered the others know within this time: they read once a second or so, and the machine is busy. */
const HEARD_MS = 5_000;
const OPEN_MS = 60_000;
/** So far the time by which a process counts may be off. The hold of an open breaker lasts two and a half times as long, and more. */
const LAG_MS = 1_000;
const policy = { failureThreshold: 2, cooldownMs: OPEN_MS };
const breakers = { out: policy, failing: policy, nested: policy, timed: policy };
const ana = { by: 'ana', reason: 'maintenance until noon' };
const ben = { by: 'ben', reason: 'the provider says it is back' };

await prove('breaker-hold', { restart: true, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(({ option }) => withEngine(option, (eros) => ours(proof, option, eros)));
  await peers(proof);
});

async function ours(proof, database, onlooker) {
  let { workers } = await fleet(proof, 3, { database, breakers });
  const call = (index, name, options) => workers[index].ask('call', name, options);
  const eachSays = async (name, isSo) => {
    const asked = workers.map((_, index) => until(() => call(index, name), isSo, HEARD_MS));
    const ends = await Promise.all(asked);
    return {
      isSo: ends.every(({ answer }) => isSo(answer)),
      ms: Math.max(...ends.map(({ ms }) => ms)).toFixed(0),
      first: ends[0].answer,
    };
  };
  const isHeld = ({ code, wasRun }) => code === 'circuit_held' && !wasRun;
  const seen = async (what, name, isSo) => {
    const found = await eachSays(name, isSo);
    proof.check(what, found.isSo, `within ${found.ms} ms`);
    return found.first;
  };

  await workers[0].ask('hold', 'out', 'open', ana);
  const refusal = await seen('a hold is seen by every process', 'out', isHeld);
  proof.equal('its refusal says who and why', { by: refusal.by, reason: refusal.reason }, ana);

  await call(1, 'failing', { outcome: 'failure' });
  await call(1, 'failing', { outcome: 'failure' });
  const openedAtMs = performance.now();
  const opened = await seen('a breaker opens by its failures', 'failing', ({ code }) => code === 'circuit_open');
  const leftMs = opened.retryAfterMs;
  await workers[2].ask('hold', 'failing', 'closed', ben);
  const heldAtMs = performance.now();
  await seen('held closed, its calls go out', 'failing', ({ wasRun }) => wasRun);
  for (let i = 0; i < 3; i += 1) await call(0, 'failing', { outcome: 'failure' });
  await seen('and failures do not open it', 'failing', ({ wasRun }) => wasRun);

  await workers[0].ask('hold', 'nested', 'open', ana);
  await workers[1].ask('hold', 'nested', 'closed', ben);
  await seen('of two holds the latest decides', 'nested', ({ wasRun }) => wasRun);

  if (proof.flags.restart) {
    await Promise.all(workers.map((worker) => worker.kill()));
    ({ workers } = await fleet(proof, 3, { database, breakers }));
    proof.check('after a restart the first call is refused by the hold', isHeld(await call(0, 'out')));
    proof.check('after a restart the first call of what is held closed goes out', (await call(1, 'failing')).wasRun);
    proof.check('after a restart the latest of two holds decides', (await call(2, 'nested')).wasRun);
  }

  // Only the process that ordered it is asked: it knows of the hold at once.
  const heldForMs = 2_500;
  const orderedAtMs = Date.now();
  await workers[0].ask('hold', 'timed', 'open', { ...ana, until: new Date(orderedAtMs + heldForMs) });
  const timed = await until(
    () => call(0, 'timed'),
    ({ wasRun }) => wasRun,
    4 * heldForMs,
  );
  const ranAfterMs = Date.now() - orderedAtMs;
  proof.check('a hold ends at its time by itself', timed.answer.wasRun);
  proof.check('and not before', ranAfterMs >= heldForMs - 10, `${ranAfterMs} of ${heldForMs} ms`);

  await workers[1].ask('release', 'nested', ben);
  await seen('the release of the latest leaves the other in force', 'nested', isHeld);
  await workers[1].ask('release', 'nested', ana);
  await seen('the last release restores what was there', 'nested', ({ wasRun }) => wasRun);

  const heldMs = performance.now() - heldAtMs;
  await workers[1].ask('release', 'failing', ben);
  const restored = await seen(
    'released, the open breaker is open again',
    'failing',
    ({ code }) => code === 'circuit_open',
  );
  const lostMs = leftMs - restored.retryAfterMs;
  const apartMs = performance.now() - openedAtMs - heldMs;
  proof.check(
    'with the open time that was left',
    lostMs >= 0 && lostMs < apartMs + LAG_MS,
    `${lostMs.toFixed(0)} ms of ${OPEN_MS} passed, ${apartMs.toFixed(0)} of them apart from the ${heldMs.toFixed(0)} of the hold`,
  );
  await workers[1].ask('reset', 'failing', ana);
  await seen('reset closes', 'failing', ({ wasRun }) => wasRun);

  const history = await onlooker.breakers.history('failing');
  const steps = history.map(({ from, to, cause, by }) => `${from} > ${to} (${[cause, by].filter(Boolean).join(' ')})`);
  proof.note(steps.join(', '));
  proof.equal(
    'the history has each step once, with who',
    history.map(({ by }) => by ?? 'nobody'),
    ['nobody', 'ben', 'ben', 'ana'],
  );
  proof.equal(
    'in the order of generations',
    history.map(({ generation }) => generation),
    [2, 3, 4, 5],
  );
}

/** The nearest that a peer has. opossum opens and closes by hand, which nothing restores. */
async function peers(proof) {
  const peer = PEERS['cockatiel 3.2']({ failures: 1, cooldownMs: OPEN_MS });
  await openPeer(peer, 1);
  const before = peer.state();
  peer.isolate().dispose();
  await pause(0);
  proof.note(`cockatiel 3.2: ${before}, isolated and released: ${peer.state()} (ours: ${before} again)`);
}
