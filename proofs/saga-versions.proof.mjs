// npm run proofs:saga-versions [-- --rolling --sagas 12 --db sqlite,pg --seed 1]
// A definition changes while its sagas are under way, and the fleet is renewed process by process: each saga is finished by
// processes that have its own version, whoever began it. Where no such process is left, its sagas stay as they are and are listed
// as unclaimed, until one comes back. The same name and version with other policies is another definition. --rolling, the
// default form too, renews the fleet under load; the flag stands for those who look for it.
import path from 'node:path';
import { until } from './harness/fleet.mjs';
import { Ledger } from './harness/ledger.mjs';
import { prove } from './harness/proof.mjs';
import { sagaRows, storedSagas, violationsOf } from './harness/saga-checks.mjs';
import { CREATE_MARKS, CREATOR } from './harness/scripted-saga.mjs';
import { withEngine } from './harness/stored.mjs';

const LEASE_MS = 3_000;
/** Only what hangs takes so long. */
const PATIENCE_MS = 100_000;
const retry = { attempts: 9, delayMs: 10 };
const V1 = {
  ...{ name: 'bundle', version: 1 },
  steps: [
    { name: 'reserve', undo: {} },
    { name: 'book', kind: 'transaction', retry },
    { name: 'mail', undo: {} },
    { name: 'end' },
  ],
};
/** A step more, another order, and no mail. */
const V2 = {
  ...{ name: 'bundle', version: 2 },
  steps: [
    { name: 'book', kind: 'transaction', retry },
    { name: 'check', undo: {} },
    { name: 'reserve', undo: {} },
    { name: 'end' },
  ],
};
const V1_CHANGED = {
  ...V1,
  steps: V1.steps.map((step) => (step.name === 'mail' ? { ...step, retry: { attempts: 3 } } : step)),
};

await prove('saga-versions', { rolling: true, sagas: 12, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(({ kind, option }) =>
    withEngine(option, (onlooker) => renewFleet(proof, kind, option, onlooker)),
  );
});

async function renewFleet(proof, kind, database, onlooker) {
  const { equal, check } = proof;
  const { sagas: count } = proof.flags;
  const ledger = new Ledger(path.join(proof.folder, `ledger-${kind}`)).clear();
  await onlooker.data.importCreators([CREATOR]);
  await onlooker.transaction((tx) => tx.query(CREATE_MARKS));
  const open = async (node, definitions) => {
    const worker = await proof.spawn('saga.mjs');
    const settings = { leaseMs: LEASE_MS, sagas: { sweepMs: 100 }, isStarted: true, ledgerFile: ledger.file };
    await worker.ask('open', { database, node, definitions, ...settings });
    return worker;
  };
  const begun = [];
  const begin = async (worker, version, id, script = {}) => {
    begun.push({ id, version });
    const request = { name: 'bundle', version, sagaId: id, creatorId: CREATOR.creator_id, input: { script } };
    const { value, code } = await worker.ask('begin', request);
    return value ?? code;
  };
  const view = (sagaId) => onlooker.sagas.get(sagaId);
  const areAllEnded = (ids) => (rows) => ids.every((id) => rows.get(id)?.status === 'completed');
  const untilEnded = (ids) => until(() => sagaRows(onlooker), areAllEnded(ids), PATIENCE_MS, 100);
  const unclaimed = async (worker) => (await worker.ask('sagas', 'unclaimed', [])).value;
  const idsOf = (prefix) => Array.from({ length: count }, (_, nth) => `${prefix} ${nth}`);

  // Two of the old fleet, each in the middle of sagas.
  const [old1, old2] = await Promise.all([open('old-1', [V1]), open('old-2', [V1])]);
  const [first, second] = [idsOf('first'), idsOf('second')];
  for (const id of first) await begin(old1, 1, id, { mail: { holds: 'old-1' } });
  for (const id of second) await begin(old2, 1, id, { mail: { holds: 'old-2' } });
  await Promise.all(first.map((id) => old1.said('at', (at) => at.sagaId === id, PATIENCE_MS)));
  await Promise.all(second.map((id) => old2.said('at', (at) => at.sagaId === id, PATIENCE_MS)));

  // One new process beside them; one of the old ones is killed, and its sagas are for the other old one.
  const new1 = await open('new-1', [V2]);
  const third = idsOf('third');
  for (const id of third) await begin(new1, 2, id);
  equal(
    'the same name in the next version is defined beside the old one',
    (await new1.ask('refusal', V1)).code,
    undefined,
  );
  await new1.kill(); // it knows both now: the next one does not
  const new2 = await open('new-2', [V2]);
  equal(
    'other policies under the same version are refused',
    (await old2.ask('refusal', V1_CHANGED)).code,
    'invalid_definition',
  );
  await old1.kill();
  await untilEnded([...first, ...third]);

  // The last of the old ones is closed; its present steps end, and nobody left can go on.
  const closing = old2.ask('close', { timeoutMs: 1_000 });
  await closing;
  await old2.kill();
  const before = await storedSagas(onlooker, second);
  const listed = () => unclaimed(new2);
  await until(listed, (all) => all[0]?.count === count, PATIENCE_MS, 100);
  equal('sagas that nobody can go on with are listed, by name and version', await listed(), [
    { name: 'bundle', version: 1, count },
  ]);
  const health = await new2.ask('health');
  check('health tells of them, too', JSON.stringify(health).includes('bundle'), 'bundle');
  const changed = await open('changed', [V1_CHANGED]);
  const marker = 'begun by the changed one';
  await begin(changed, 1, marker);
  await until(
    () => view(marker),
    (saga) => saga?.status === 'completed',
    PATIENCE_MS,
    100,
  );
  const fourth = idsOf('fourth');
  for (const id of fourth) await begin(new2, 2, id);
  await untilEnded(fourth);
  const after = await storedSagas(onlooker, second);
  equal(
    'all that time nobody touched them',
    second.filter((id) => after.get(id).view.timeline.length !== before.get(id).view.timeline.length),
    [],
  );
  check(
    'each is told to be unclaimed',
    second.every((id) => after.get(id).view.unclaimed && !after.get(id).view.stuck),
  );
  equal('the same saga is not begun again by another version', await begin(new2, 2, second[0]), 'saga_exists');
  begun.pop();

  // A process with the old version comes back, beside the new ones.
  const both = await open('both', [V1, V2]);
  await untilEnded(second);
  equal('nothing waits for a process any more', [await unclaimed(both), await unclaimed(new2)], [[], []]);

  const stored = await storedSagas(
    onlooker,
    begun.map(({ id }) => id),
  );
  const bySaga = ledger.bySaga();
  const has = { 'old-1': [1], 'old-2': [1], 'new-1': [1, 2], 'new-2': [2], both: [1, 2], changed: [] };
  const faults = begun.flatMap(({ id, version }) => {
    if (id === marker) return [];
    const definition = version === 1 ? V1 : V2;
    const { view: saga } = stored.get(id);
    const all = violationsOf({ definition, stored: stored.get(id), lines: bySaga[id] });
    if (saga.version !== version) all.push(`it has the version ${saga.version}`);
    const steps = definition.steps.map(({ name }) => name);
    if (String(saga.stepsCompleted) !== String(steps)) all.push(`it did ${saga.stepsCompleted}`);
    const strangers = bySaga[id].filter(({ node }) => !has[node].includes(version));
    if (strangers.length > 0) all.push(`${strangers.map(({ node }) => node)} worked on it`);
    return all.map((fault) => `${id}: ${fault}`);
  });
  equal(`${begun.length} sagas of two versions, each finished on its own; violations`, faults, []);
  equal(
    'the changed one took up nothing but its own',
    ledger.lines(({ node, sagaId }) => node === 'changed' && sagaId !== marker),
    [],
  );
}
