// npm run proofs:breaker-late [-- --db sqlite,pg --seed 1]
// A call that was let out before a change of state, or whose lease has ended, says nothing about the present: whichever
// process it comes back to, and whether or not that process has heard of the change, it moves neither state nor counter.
import { fleet, pause, until } from './harness/fleet.mjs';
import { callOut, openPeer, printPeers } from './harness/peers.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

const COOLDOWN_MS = 250;
const LEASE_MS = 1_000;
const FLUSH_MS = 50;
const policy = { failureThreshold: 2, successThreshold: 1, cooldownMs: COOLDOWN_MS, flushIntervalMs: FLUSH_MS };

await prove('breaker-late', { db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(({ option }) => withEngine(option, (eros) => ours(proof, option, eros)));
  await peers(proof);
});

async function ours(proof, database, onlooker) {
  const names = ['late-success', 'late-failure', 'told-success', 'told-failure', 'old-failure', 'old-success', 'lease'];
  const breakers = {
    ...Object.fromEntries(names.map((name) => [name, policy])),
    lease: { ...policy, probeTimeoutMs: LEASE_MS },
  };
  const { workers, all } = await fleet(proof, 2, { database, breakers });
  const [slow, quick] = workers;
  const stored = async (name) => {
    await pause(2 * FLUSH_MS); // successes are told at their flush
    const { state, failureCount, successCount } = (await onlooker.breakers.health()).find((each) => each.name === name);
    return { state, failureCount, successCount };
  };
  const becomes = async (name, wanted) =>
    (
      await until(
        () => stored(name),
        ({ state }) => state === wanted,
      )
    ).answer.state;
  const open = async (name) => {
    await quick.ask('calls', name, policy.failureThreshold, { outcome: 'failure' });
    await until(
      () => quick.ask('state', name),
      (state) => state === 'half_open',
    );
  };
  const isTrialOut = async (worker, name) =>
    (
      await until(
        () => worker.ask('begin', name, name),
        ({ isOut }) => isOut,
      )
    ).answer.isOut;

  // A call of the closed breaker comes back while another process's trial is out.
  for (const outcome of ['success', 'failure']) {
    for (const isTold of [false, true]) {
      const name = `${isTold ? 'told' : 'late'}-${outcome}`;
      await slow.ask('begin', name, 'slow');
      slow.pause(); // so that it cannot hear of anything
      await open(name);
      proof.check(`${name}: a trial goes out`, await isTrialOut(quick, name));
      const before = await stored(name);
      if (isTold) {
        slow.resume();
        await slow.ask('state', name); // reads the row
      }
      const settled = slow.ask('settle', 'slow', outcome);
      slow.resume();
      await settled;
      proof.equal(
        `${name}: the late ${outcome} of a process that has ${isTold ? '' : 'not '}heard changes nothing`,
        await stored(name),
        before,
      );
      await quick.ask('settle', name, 'success');
      proof.equal(`${name}: the trial's own success closes it`, await becomes(name, 'closed'), 'closed');
    }
  }

  // A call of the closed breaker comes back when it is closed again, two states later.
  for (const outcome of ['failure', 'success']) {
    const name = `old-${outcome}`;
    await slow.ask('begin', name, 'slow');
    slow.pause();
    await open(name);
    await isTrialOut(quick, name);
    await quick.ask('settle', name, 'success');
    await becomes(name, 'closed');
    if (outcome === 'success') await quick.ask('call', name, { outcome: 'failure' });
    const before = await stored(name);
    const settled = slow.ask('settle', 'slow', outcome);
    slow.resume();
    await settled;
    proof.equal(`${name}: a ${outcome} of two states ago changes nothing`, await stored(name), before);
  }

  // A trial comes back behind the end of its lease, when another process has the permit.
  await open('lease');
  const first = await isTrialOut(slow, 'lease');
  const startedAt = performance.now();
  const second = await isTrialOut(quick, 'lease');
  const waitedMs = performance.now() - startedAt;
  proof.check(
    'lease: the next trial goes out at its end, not before',
    first && second && waitedMs > LEASE_MS * 0.8,
    `after ${waitedMs.toFixed(0)} ms of ${LEASE_MS}`,
  );
  proof.equal('lease: the first trial was told to stop', (await slow.said('aborted')).code, 'probe_timeout');
  const before = await stored('lease');
  await slow.ask('settle', 'lease', 'success');
  proof.equal('lease: the result of the first trial changes nothing', await stored('lease'), before);
  await quick.ask('settle', 'lease', 'failure');
  proof.equal('lease: that of the second decides', await becomes('lease', 'open'), 'open');
  await all('close');
}

async function peers(proof) {
  const options = { failures: policy.failureThreshold, cooldownMs: COOLDOWN_MS };
  const opened = async (peer) => {
    const slow = callOut(peer.run);
    await openPeer(peer, options.failures);
    await pause(COOLDOWN_MS + 50);
    return slow;
  };
  await printPeers(proof, 'a call of before the break succeeds, no trial was sent', options, async (peer) => {
    const slow = await opened(peer);
    slow.succeed();
    await slow.ended;
    return `${peer.state()} (it should not be closed)`;
  });
  await printPeers(
    proof,
    'a call of before the break fails while a trial is out, which then succeeds',
    options,
    async (peer) => {
      const slow = await opened(peer);
      const trial = callOut(peer.run);
      slow.fail();
      await slow.ended;
      const between = peer.state();
      trial.succeed();
      await trial.ended;
      return `${between}, then ${peer.state()} (it should be half_open, then closed)`;
    },
  );
  await printPeers(proof, 'a trial never comes back, 50 calls follow', options, async (peer) => {
    await opened(peer);
    callOut(peer.run);
    const later = Array.from({ length: 50 }, () => callOut(peer.run));
    const ends = await Promise.all(
      later.map(({ ended }) => Promise.race([ended, pause(LEASE_MS + 100).then(() => 'hung')])),
    );
    const count = (word) => ends.filter((end) => end === word).length;
    return `${count('refused')} refused, ${count('hung')} hung, state ${peer.state()} after ${LEASE_MS + 100} ms (ours: refused, and tried again at the end of the lease)`;
  });
}
