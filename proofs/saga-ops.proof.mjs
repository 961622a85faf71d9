// npm run proofs:saga-ops [-- --operators 8 --db sqlite,pg --seed 1]
// What operators do to sagas, by the API from processes that do not even have the definition, and by the command line: retry and
// skip a step, cancel, roll back, revive. Each is refused where it would race with a live worker, done once however many ask at
// the same time, carried out though the asking process is killed, and stands in the journal with who and why.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { countOf, until } from './harness/fleet.mjs';
import { Ledger } from './harness/ledger.mjs';
import { prove } from './harness/proof.mjs';
import { storedSagas, violationsOf } from './harness/saga-checks.mjs';
import { CREATE_MARKS, CREATOR, mendedFile } from './harness/scripted-saga.mjs';
import { withEngine } from './harness/stored.mjs';

/** Of a process that is to die soon; the others keep what they have. */
const SHORT_LEASE_MS = 1_500;
const LEASE_MS = 6_000;
/** Only what hangs takes so long. */
const PATIENCE_MS = 100_000;
const retry = { attempts: 9, delayMs: 10 };
const DEFINITION = {
  ...{ name: 'order', version: 1 },
  steps: [
    { name: 'reserve', undo: {} },
    { name: 'book', kind: 'transaction', retry, undo: { retry } },
    { name: 'pay', onExhausted: 'park', timeoutMs: 600_000, undo: {} }, // commands may take long on a busy machine
    { name: 'ship', pivot: true, undo: {} },
    { name: 'mail', undo: { retry: { attempts: 1 } } },
  ],
};
const ALL = ['reserve', 'book', 'pay', 'ship', 'mail'];
const UNDONE = ['undo mail', 'undo ship', 'undo pay', 'undo book', 'undo reserve'];
const cli = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));

await prove('saga-ops', { operators: 8, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(({ kind, option }) =>
    withEngine(option, (onlooker) => operate(proof, kind, option, onlooker)),
  );
});

async function operate(proof, kind, database, onlooker) {
  const { check, equal } = proof;
  const ledger = new Ledger(path.join(proof.folder, `ledger-${kind}`)).clear();
  await onlooker.data.importCreators([CREATOR]);
  await onlooker.transaction((tx) => tx.query(CREATE_MARKS));
  const open = async (node, options) => {
    const worker = await proof.spawn('saga.mjs');
    const settings = { leaseMs: LEASE_MS, sagas: { sweepMs: 100, recoveriesMax: 1 }, ledgerFile: ledger.file };
    await worker.ask('open', { database, node, ...settings, ...options });
    return worker;
  };
  const definitions = [DEFINITION];
  const [worker, ops, doomed, heir] = await Promise.all([
    open('worker', { definitions, isStarted: true }),
    open('ops'),
    open('doomed', { definitions, leaseMs: SHORT_LEASE_MS }),
    open('heir', { definitions, leaseMs: SHORT_LEASE_MS }),
  ]);
  const eros = (...args) => command([...args, '--database', database.path ?? database.url, '--json']);
  const by = (name) => ['--by', name, '--reason', `${name} says so`];
  const why = (name) => ({ by: name, reason: `${name} says so` });
  const request = (sagaId, script) => ({
    ...{ name: DEFINITION.name, sagaId, creatorId: CREATOR.creator_id },
    input: { script },
  });
  const begin = (sagaId, script) => worker.ask('begin', request(sagaId, script));
  const ask = (method, ...args) => ops.ask('sagas', method, args);
  const mend = (sagaId) => writeFileSync(mendedFile(ledger, sagaId), '');
  const view = (sagaId) => onlooker.sagas.get(sagaId);
  const untilIs = async (sagaId, isMeant) => {
    const { answer } = await until(
      () => view(sagaId),
      (saga) => saga !== undefined && isMeant(saga),
      PATIENCE_MS,
      50,
    );
    return answer;
  };
  const parked = (sagaId) => untilIs(sagaId, ({ stuck }) => stuck);
  const ended = (sagaId, status) => untilIs(sagaId, (saga) => saga.status === status && saga.owner === undefined);
  const isAt = (sagaId) => worker.said('at', (at) => at.sagaId === sagaId, PATIENCE_MS);
  const done = (sagaId) => ledger.lines((line) => line.sagaId === sagaId).map(({ what }) => what);
  const undone = (sagaId) => [...new Set(done(sagaId).filter((what) => what.startsWith('undo')))];
  /** Entries of operators, as the journal has them. */
  const audit = ({ timeline }) =>
    timeline
      .filter((entry) => 'by' in entry)
      .map(({ type, action, step, by: who, reason }) => [action ?? type, step, who, reason]);
  const entry = (type, step, who) => [type, step, who, `${who} says so`];

  // Under a live worker.
  await begin('running', { pay: { holds: 'worker' } });
  await isAt('running');
  const leased = await ask('rollBack', 'running', why('dana'));
  equal(
    'a roll-back is refused while a worker is at it, whose name is told',
    [leased.code, leased.owner],
    ['saga_leased', 'worker'],
  );
  for (const [method, ...args] of [['retryStep', 'pay'], ['skipStep', 'pay'], ['revive']]) {
    const { code } = await ask(method, 'running', ...args, why('dana'));
    equal(`${method} is refused: it is not parked`, code, 'not_parked');
  }
  const refusals = await Promise.all([
    eros('sagas', 'rollback', 'running', ...by('dana')),
    eros('sagas', 'skip', 'running', '--step', 'pay', ...by('dana')),
    eros('sagas', 'cancel', 'running', '--by', 'dana'),
    eros('sagas', 'cancel', 'unknown', ...by('dana')),
  ]);
  equal(
    'so does the command line, and it takes nothing without a reason',
    refusals.map(({ code }) => code !== 0),
    [true, true, true, true],
  );
  check(
    'with the same codes',
    refusals[0].said.includes('saga_leased') && refusals[1].said.includes('not_parked'),
    refusals[0].said.slice(0, 80),
  );
  equal('nor does the API', (await ask('cancel', 'running', { by: 'dana', reason: ' ' })).code, 'invalid_settings');
  equal('no refusal leaves anything behind', audit(await view('running')), []);
  await worker.ask('go', 'running', 'pay');
  const ran = await ended('running', 'completed');
  equal(
    'and the worker goes on',
    [ran.stepsCompleted, ran.timeline.filter(({ type }) => type === 'claimed').length],
    [ALL, 1],
  );

  // Parked, and asked by many at once.
  await begin('retried', { pay: { broken: true } });
  equal('a step that is out of tries waits for an operator', (await parked('retried')).stuckReason, 'step_exhausted');
  equal('which another step is not', (await ask('retryStep', 'retried', 'mail', why('dana'))).parkedAt, ['pay']);
  mend('retried');
  const operators = Array.from({ length: proof.flags.operators }, (_, nth) => `operator-${nth}`);
  const answers = await Promise.all(operators.map((who) => ask('retryStep', 'retried', 'pay', why(who))));
  equal(
    `of ${operators.length} that retry it at once`,
    countOf(answers, ({ code }) => code === undefined),
    1,
  );
  check(
    'the others are told that it is not parked',
    answers.every(({ code = 'not_parked' }) => code === 'not_parked'),
    answers.map(({ code }) => code),
  );
  const winner = operators[answers.findIndex(({ code }) => code === undefined)];
  const retried = await ended('retried', 'completed');
  equal('it was tried once more', done('retried').filter((what) => what === 'pay').length, 2);
  equal('by the one, and for the reason, that the journal tells', audit(retried), [
    entry('step_reopened', 'pay', winner),
  ]);

  // By the command line, behind the pivot.
  await begin('retried by command', { mail: { broken: true } });
  await begin('skipped', { mail: { broken: true } });
  await Promise.all([parked('retried by command'), parked('skipped')]);
  mend('retried by command');
  const acts = await Promise.all([
    eros('sagas', 'retry', 'retried by command', '--step', 'mail', ...by('cleo')),
    eros('sagas', 'skip', 'skipped', '--step', 'mail', ...by('cleo')),
  ]);
  equal(
    'retry and skip by command',
    acts.map(({ code }) => code),
    [0, 0],
  );
  equal('the one is done', (await ended('retried by command', 'completed')).stepsCompleted, ALL);
  const skipped = await ended('skipped', 'completed');
  equal('the other was not', skipped.stepsCompleted, ALL.slice(0, 4));
  equal(
    'both are told',
    [audit(await view('retried by command')), audit(skipped)],
    [[entry('step_reopened', 'mail', 'cleo')], [entry('step_skipped', 'mail', 'cleo')]],
  );

  // Cancelled under a live worker; rolled back after the end, past the pivot; by processes that die of it.
  for (const sagaId of ['cancelled', 'cancelled by command']) {
    await begin(sagaId, { pay: { holds: 'worker' } });
    await isAt(sagaId);
  }
  equal('cancelled', (await ask('cancel', 'cancelled', why('dana'))).code, undefined);
  const [byCommand, back] = await Promise.all([
    eros('sagas', 'cancel', 'cancelled by command', ...by('cleo')),
    eros('sagas', 'rollback', 'retried', ...by('cleo')),
  ]);
  equal('cancel and rollback by command', [byCommand.code, back.code], [0, 0]);
  for (const [sagaId, who] of [
    ['cancelled', 'dana'],
    ['cancelled by command', 'cleo'],
  ]) {
    const told = await worker.said('aborted', (said) => said.sagaId === sagaId, PATIENCE_MS);
    equal(`${sagaId}: the step is told to stop`, told.name, 'AbortError');
    const saga = await ended(sagaId, 'rolled_back');
    equal(
      `${sagaId}: and all is undone by the worker that had it`,
      [undone(sagaId), saga.timeline.filter(({ type }) => type === 'claimed').length],
      [UNDONE.slice(2), 1],
    );
    equal(`${sagaId}: who wished it, and why`, audit(saga)[0], entry('cancel', undefined, who));
  }
  equal(
    'a completed saga is undone, also behind its pivot',
    [(await ended('retried', 'rolled_back')).status, undone('retried')],
    ['rolled_back', UNDONE],
  );
  equal('and only once', (await ask('rollBack', 'retried', why('dana'))).because, 'undone');

  const dying = await open('dying', { killAt: 'after request' });
  await dying.ask('sagas', 'rollBack', ['skipped', why('finn')]).catch(() => undefined);
  equal('an operator’s process that is killed when it has written the wish', (await dying.gone).signal, 'SIGKILL');
  const wished = await ended('skipped', 'rolled_back');
  equal('has wished it', [undone('skipped'), audit(wished).at(-1)], [UNDONE, entry('roll_back', undefined, 'finn')]);

  // An undo that is given up.
  await begin('undo fails', { 'undo mail': { broken: true } });
  await ended('undo fails', 'completed');
  await ask('rollBack', 'undo fails', why('dana'));
  equal('an undo that is out of tries waits, too', (await parked('undo fails')).stuckReason, 'undo_exhausted');
  mend('undo fails');
  const again = await eros('sagas', 'retry', 'undo fails', '--step', 'mail', ...by('cleo'));
  equal('retried by command', [again.code, (await ended('undo fails', 'rolled_back')).status], [0, 'rolled_back']);

  // One that ends the processes working on it.
  await worker.ask('close'); // nobody but those who are to die of it may take it up
  await doomed.ask('begin', request('poison', { pay: { kills: true } })).catch(() => undefined);
  await doomed.gone;
  await heir.ask('run', request('poison', { pay: { kills: true } })).catch(() => undefined);
  await heir.gone;
  const last = await open('last', { definitions, isStarted: true });
  equal(
    'a saga that ends its processes again and again is parked',
    (await parked('poison')).stuckReason,
    'recovered_too_often',
  );
  mend('poison');
  const revived = await eros('sagas', 'revive', 'poison', ...by('cleo'));
  const poison = await ended('poison', 'completed');
  equal(
    'and revived by command',
    [revived.code, poison.stepsCompleted, audit(poison)],
    [0, ALL, [entry('revived', undefined, 'cleo')]],
  );
  await last.ask('close');

  const ids = (await onlooker.sagas.list({ limit: 500 })).items.map(({ sagaId }) => sagaId);
  const shown = await eros('sagas', 'show', 'poison');
  check('the command line shows who and why', shown.said.includes('cleo says so'));
  const bySaga = ledger.bySaga();
  // What operators did to a saga overrules its journal's simple story: steps reopened, undone after their end.
  const plain = [...(await storedSagas(onlooker, ids))].filter(([, { view: saga }]) =>
    audit(saga).every(([type]) => type === 'cancel'),
  );
  const faults = plain.flatMap(([id, stored]) => violationsOf({ definition: DEFINITION, stored, lines: bySaga[id] }));
  equal(`violations in ${plain.length} sagas`, faults, []);
}

/** Runs `eros` to its end. */
function command(args) {
  return new Promise((resolve, reject) => {
    const program = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [program.stdout, program.stderr]) stream.on('data', (text) => (said += text));
    program.once('error', reject);
    program.once('close', (code) => resolve({ code, said }));
  });
}
