// npm run proofs:exit-and-skew [-- --skew-minutes 5 --db sqlite,pg --seed 1]
// Processes whose clocks are minutes off change nothing: open times and leases go by the database's clock. An open breaker
// keeps no process alive, and a closed engine leaves no handle behind.
import { fleet, until } from './harness/fleet.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';
import { runToItsEnd } from './harness/program.mjs';

const COOLDOWN_MS = 1_500;
const LEASE_MS = 1_500;
const breakers = {
  api: { failureThreshold: 2, successThreshold: 1, cooldownMs: COOLDOWN_MS, probeTimeoutMs: LEASE_MS },
};

await prove('exit-and-skew', { 'skew-minutes': 5, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(async ({ option }) => {
    await withEngine(option, (eros) => skewed(proof, option, eros));
    await exits(proof, option);
  });
});

async function skewed(proof, database, onlooker) {
  const skewMs = proof.flags['skew-minutes'] * 60_000;
  const { workers } = await fleet(proof, 3, { database, breakers });
  const [right, ahead, behind] = workers;
  await ahead.ask('reopen', { database, breakers, clockAheadMs: skewMs });
  await behind.ask('reopen', { database, breakers, clockAheadMs: -skewMs });
  const stored = async () => (await onlooker.breakers.health()).find(({ name }) => name === 'api');

  // Failures told by a clock ahead and one behind are one run.
  await ahead.ask('call', 'api', { outcome: 'failure' });
  await behind.ask('call', 'api', { outcome: 'failure' });
  const openedAtMs = Date.now();
  proof.equal(
    'a failure of each clock opens it',
    (await until(stored, ({ state }) => state === 'open')).answer.state,
    'open',
  );

  for (const [name, worker] of Object.entries({ ahead, right, behind })) {
    await worker.ask('state', 'api');
    const end = await worker.ask('call', 'api');
    const isInTime = Date.now() < openedAtMs + COOLDOWN_MS;
    if (!isInTime) proof.note(`${name}: the machine was too slow to ask within the open time`);
    else
      proof.check(
        `${name}: its call is refused, and told to come back within the open time`,
        end.code === 'circuit_open' && end.retryAfterMs <= COOLDOWN_MS,
        end,
      );
  }

  // Whose clock is behind would wait for minutes, whose clock is ahead would not have waited.
  const out = await until(
    () => behind.ask('begin', 'api', 'trial'),
    ({ isOut }) => isOut,
    10_000,
  );
  const trialAtMs = Date.now();
  proof.check(
    'behind: it has the trial at the end of the open time',
    out.answer.isOut && trialAtMs - openedAtMs >= COOLDOWN_MS - 50,
    `${trialAtMs - openedAtMs} ms after it opened`,
  );
  const next = await until(
    () => ahead.ask('begin', 'api', 'next'),
    ({ isOut }) => isOut,
    10_000,
  );
  const waitedMs = Date.now() - trialAtMs;
  proof.check(
    'ahead: it has the next one at the end of the lease',
    next.answer.isOut && waitedMs >= LEASE_MS * 0.8,
    `${waitedMs} ms after the trial went out`,
  );
  await behind.ask('settle', 'trial', 'success');
  proof.equal('behind: its late success changes nothing', (await stored()).state, 'half_open');
  await ahead.ask('settle', 'next', 'success');
  const closed = await until(stored, ({ state }) => state === 'closed');
  proof.equal('ahead: its own success closes', closed.answer.state, 'closed');
}

async function exits(proof, database) {
  const open = await runToItsEnd('exit-open.mjs', [JSON.stringify(database)]);
  proof.equal('a process with an open breaker ends by itself, without close()', open, { code: 0, said: 'open' });
  const closed = await runToItsEnd('exit-closed.mjs', [JSON.stringify(database)]);
  proof.equal('close() leaves no handle of any kind', closed, { code: 0, said: '' });
}
