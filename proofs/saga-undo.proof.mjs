// npm run proofs:saga-undo [-- --runs 60 --db sqlite,pg --seed 1]
// What is undone, in which order, how often an undo is tried, and what nothing can stop: the rules one by one, then random
// definitions whose steps and undos fail at random, worked on by two processes, each end beside that of a simpler model.
import path from 'node:path';
import { until } from './harness/fleet.mjs';
import { Ledger } from './harness/ledger.mjs';
import { prove } from './harness/proof.mjs';
import { sagaRows, storedSagas, violationsOf } from './harness/saga-checks.mjs';
import { expectedEnd, randomDefinition, randomScript } from './harness/saga-model.mjs';
import { CREATE_MARKS, CREATOR } from './harness/scripted-saga.mjs';
import { withEngine } from './harness/stored.mjs';

/** So long that a transaction may take its time on a busy machine: it gets at most a third. */
const LEASE_MS = 9_000;
/** The longest try of a step that never answers. */
const SLOW_MS = 1_500;
/** Sagas that each process has in hand at once. */
const LANES = 4;
/** Only what hangs takes so long. */
const PATIENCE_MS = 100_000;
const KINDS_OF_DEFINITIONS = 10;
/** With so many random sagas some end in each way. */
const ENOUGH_FOR_ALL = 40;
const once = { retry: { attempts: 1 } };
const twice = { retry: { attempts: 2, delayMs: 5 } };
const RULES = {
  name: 'rules',
  version: 1,
  steps: [
    { name: 'first', undo: twice },
    { name: 'row', kind: 'transaction', undo: twice },
    {
      parallel: [
        { name: 'left', undo: twice },
        { name: 'right', undo: twice },
      ],
    },
    { name: 'slow', timeoutMs: SLOW_MS, undo: twice },
    { name: 'open', kind: 'transaction', undo: once },
    { name: 'pivot', pivot: true, undo: twice },
    { name: 'last', undo: once },
  ],
};
const HURRIED = {
  ...{ name: 'hurried', version: 1, timeoutMs: 4_000 },
  steps: [{ name: 'pivot', pivot: true, undo: once }, { name: 'long' }],
};
const why = { by: 'dana', reason: 'a proof' };

await prove('saga-undo', { runs: 60, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(({ kind, option }) =>
    withEngine(option, (onlooker) => undoAll(proof, kind, option, onlooker)),
  );
});

async function undoAll(proof, kind, database, onlooker) {
  const { check, equal } = proof;
  const ledger = new Ledger(path.join(proof.folder, `ledger-${kind}`)).clear();
  await onlooker.data.importCreators([CREATOR]);
  await onlooker.transaction((tx) => tx.query(CREATE_MARKS));
  const random = Array.from({ length: KINDS_OF_DEFINITIONS }, (_, nth) =>
    randomDefinition(`random-${nth}`, proof.random),
  );
  const definitions = [RULES, HURRIED, ...random];
  const open = async (node) => {
    const worker = await proof.spawn('saga.mjs');
    const settings = { leaseMs: LEASE_MS, sagas: { sweepMs: 100, runningMax: 200 }, isStarted: true };
    const transactionTimeoutMs = LEASE_MS / 3 - 1;
    await worker.ask('open', {
      database,
      node,
      ledgerFile: ledger.file,
      definitions,
      transactionTimeoutMs,
      ...settings,
    });
    return worker;
  };
  const [ann, bob] = await Promise.all([open('ann'), open('bob')]);

  const view = (sagaId) => onlooker.sagas.get(sagaId);
  const isAt = (sagaId, what) => (at) => at.sagaId === sagaId && at.what === what;
  const at = (worker, sagaId, what) => worker.said('at', isAt(sagaId, what), PATIENCE_MS);
  const lines = (sagaId) => ledger.lines((line) => line.sagaId === sagaId);
  const done = (sagaId) => lines(sagaId).map(({ what }) => what);
  const begin = (sagaId, script, { name } = RULES) =>
    ann.ask('begin', { name, sagaId, creatorId: CREATOR.creator_id, input: { script } });
  const ended = async (sagaId) => {
    const { answer } = await until(
      () => view(sagaId),
      (saga) => saga !== undefined && (saga.completedAt !== undefined || saga.stuck) && saga.requested === undefined,
      PATIENCE_MS,
      100,
    );
    return answer;
  };
  const violations = async (sagaId, definition = RULES) =>
    violationsOf({ definition, stored: (await storedSagas(onlooker, [sagaId])).get(sagaId), lines: lines(sagaId) });
  const outcome = ({ status, stuckReason, failedStep }) => [status, stuckReason, failedStep];

  // The order, and a step of which nobody knows what it did.
  await begin('unknown', { slow: { holds: 'any', deaf: true }, right: { after: 'left' }, 'undo row': { fails: 1 } });
  equal('a step that timed out fails the saga', outcome(await ended('unknown')), ['failed', undefined, 'slow']);
  equal(
    'what was begun is undone in reverse order of start, also what nobody knows the outcome of',
    done('unknown').slice(5),
    [...['undo slow', 'undo right', 'undo left', 'undo row', 'undo row', 'undo first']],
  );
  equal('violations', await violations('unknown'), []);
  await begin('rolled back', { open: { fails: 9 } });
  equal('a transaction that fails leaves nothing', outcome(await ended('rolled back')), ['failed', undefined, 'open']);
  equal(
    'and is not undone',
    done('rolled back').filter((what) => what === 'undo open'),
    [],
  );
  equal('violations', await violations('rolled back'), []);

  // The budget of an undo.
  await begin('given up', {
    open: { fails: 9 },
    'undo left': { fails: 2 },
    'undo first': { fails: 1 },
    right: { after: 'left' },
  });
  const givenUp = await ended('given up');
  equal('an undo that is given up parks the saga as it is', outcome(givenUp), [
    'compensating',
    'undo_exhausted',
    'open',
  ]);
  const undos = ['undo slow', 'undo right', 'undo left', 'undo left', 'undo row', 'undo first', 'undo first'];
  equal('the others are undone, each within its budget', done('given up').slice(-undos.length), undos);
  const errors = givenUp.compensationErrors.map(({ step, message }) => `${step}: ${message}`);
  const errorOf = (step) => `${step}: undo ${step} does not work`;
  equal('every failed try is in compensation_errors', errors, [errorOf('left'), errorOf('left'), errorOf('first')]);
  equal(
    'nobody can cancel what is being undone',
    (await ann.ask('sagas', 'cancel', ['given up', why])).because,
    'being_undone',
  );
  await bob.ask('sagas', 'skipStep', ['given up', 'left', why]);
  equal('it ends once somebody vouches for that undo', outcome(await ended('given up')), ['failed', undefined, 'open']);
  equal('and nothing is undone twice', done('given up').slice(-undos.length), undos);

  // The pivot.
  await begin('past the pivot', { last: { fails: 1 } });
  equal('what fails behind the pivot is parked', outcome(await ended('past the pivot')), [
    'in_progress',
    'step_exhausted',
    'last',
  ]);
  equal('and cannot be cancelled', (await bob.ask('sagas', 'cancel', ['past the pivot', why])).because, 'past_pivot');
  equal(
    'nothing is undone',
    done('past the pivot').filter((what) => what.startsWith('undo')),
    [],
  );
  await begin('late', { long: { holds: 'any' } }, HURRIED);
  const { node } = await Promise.race([at(ann, 'late', 'long'), at(bob, 'late', 'long')]);
  const { startedAt } = await view('late');
  await until(
    () => Date.now(),
    (now) => now > startedAt.getTime() + HURRIED.timeoutMs + 200,
    PATIENCE_MS,
  );
  await (node === 'ann' ? ann : bob).ask('go', 'late', 'long');
  equal(
    'a deadline that passes behind the pivot undoes nothing',
    [(await ended('late')).status, done('late')],
    [...['completed', ['pivot', 'long']]],
  );

  // Undoing cannot be stopped.
  await begin('cancelled', { right: { after: 'left', acts: 'untilAborted' }, 'undo left': { holds: 'ann' } });
  await until(
    () => done('cancelled'),
    (all) => all.includes('right'),
    PATIENCE_MS,
    20,
  );
  await ann.ask('sagas', 'cancel', ['cancelled', why]);
  await at(ann, 'cancelled', 'undo left');
  equal('a second cancel is refused', (await bob.ask('sagas', 'cancel', ['cancelled', why])).because, 'being_undone');
  equal('and a roll-back', (await bob.ask('sagas', 'rollBack', ['cancelled', why])).because, 'being_undone');
  check(
    'no undo was told to stop',
    lines('cancelled')
      .filter(({ what }) => what.startsWith('undo'))
      .every(({ isAborted }) => !isAborted),
  );
  await ann.kill();
  equal('killed in the middle of it: another process undoes the rest', outcome(await ended('cancelled')).slice(0, 2), [
    'rolled_back',
    undefined,
  ]);
  equal('from where it was', done('cancelled').slice(-4), ['undo left', 'undo left', 'undo row', 'undo first']);
  equal('violations', await violations('cancelled'), []);

  // Random ones, in two processes.
  const { runs } = proof.flags;
  const cyd = await open('cyd');
  const drawn = Array.from({ length: runs }, (_, nth) => {
    const definition = random[nth % random.length];
    return { id: `random ${nth}`, definition, script: randomScript(definition, proof.random) };
  });
  const queue = [...drawn];
  const lane = async (worker) => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { id, definition, script } = next;
      await worker.ask('run', { name: definition.name, sagaId: id, creatorId: CREATOR.creator_id, input: { script } });
    }
  };
  await Promise.all([bob, cyd].flatMap((worker) => Array.from({ length: LANES }, () => lane(worker))));
  const isSettled = (row) =>
    row !== undefined && row.owner === null && (row.stuck === 1 || !/ing$|progress$/.test(row.status));
  await until(
    () => sagaRows(onlooker),
    (rows) => drawn.every(({ id }) => isSettled(rows.get(id))),
    PATIENCE_MS,
    100,
  );
  const stored = await storedSagas(
    onlooker,
    drawn.map(({ id }) => id),
  );
  const bySaga = ledger.bySaga();
  const seen = {};
  let faults = 0;
  for (const { id, definition, script } of drawn) {
    const { view: saga } = stored.get(id);
    const { status, stuckReason, failedStep } = saga;
    const found = { status, stuckReason, failedStep, errors: saga.compensationErrors.map(({ step }) => step) };
    const expected = { stuckReason: undefined, failedStep: undefined, ...expectedEnd(definition, script) };
    const all = violationsOf({ definition, stored: stored.get(id), lines: bySaga[id] ?? [] });
    const sorted = (end) => JSON.stringify([end.status, end.stuckReason, end.failedStep, end.errors]);
    if (sorted(found) !== sorted(expected)) all.push(`it ended as ${sorted(found)}, not ${sorted(expected)}`);
    faults += all.length;
    if (all.length > 0) check(id, false, all);
    const end = stuckReason ?? status;
    seen[end] = (seen[end] ?? 0) + 1;
  }
  equal(`${runs} random sagas end as the model says, violations`, faults, 0);
  const ways = ['completed', 'failed', 'step_exhausted', 'undo_exhausted'];
  if (runs >= ENOUGH_FOR_ALL)
    check(
      'and end in every way',
      ways.every((end) => seen[end] > 0),
      seen,
    );
}
