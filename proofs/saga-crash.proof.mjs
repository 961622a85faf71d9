// npm run proofs:saga-crash [-- --all-points --stride 24 --at-once 3 --lease-ms 6000 --db sqlite,pg --seed 1]
// Kills a process with SIGKILL at every place at which it can die and leave something else behind: before and after each writing
// call to the saga store, between what is written and its commit, before and after the commit of a step, and around each effect.
// Another process goes on. The places are not listed here: a run that nobody kills tells what it passes, and a process is then
// killed at each of them (at some in the bounded form, others for another seed). What steps and undos did stands in a
// ledger, a plain file, and in a table.
import path from 'node:path';
import { shortOf } from './harness/boundaries.mjs';
import { until } from './harness/fleet.mjs';
import { Ledger } from './harness/ledger.mjs';
import { prove } from './harness/proof.mjs';
import { isOver, sagaRows, storedSagas, violationsOf } from './harness/saga-checks.mjs';
import { CREATE_MARKS, CREATOR, scriptedSaga } from './harness/scripted-saga.mjs';
import { withEngine } from './harness/stored.mjs';

const retry = (attempts) => ({ attempts, delayMs: 10 });
const DEFINITION = {
  name: 'trip',
  version: 1,
  steps: [
    { name: 'reserve', undo: { retry: retry(9) } },
    { name: 'book', kind: 'transaction', retry: retry(9), undo: { retry: retry(9) } },
    {
      parallel: [
        { name: 'left', undo: {} },
        { name: 'row', kind: 'transaction', retry: retry(9), undo: { retry: retry(9) } },
        { name: 'right', undo: {} },
      ],
    },
    { name: 'pay', retry: retry(2), undo: {} },
    { name: 'confirm', kind: 'transaction', pivot: true, retry: retry(9) },
    { name: 'notify', retry: retry(3) },
  ],
};
const ALL = ['reserve', 'book', 'left', 'row', 'right', 'pay', 'confirm', 'notify'];

// In a group one thing after the other, so that every run passes the same places.
const inTurn = { left: { after: 'row' }, right: { after: 'left' } };
/** What a saga is told to do, how it must end whoever dies on the way, and how a process that nobody kills sees its end. */
const STORIES = {
  'goes forward': {
    script: { ...inTurn, pay: { fails: 1 }, notify: { fails: 2 } },
    ends: { status: 'completed', stepsCompleted: ALL },
  },
  'is undone': {
    script: { ...inTurn, pay: { fails: 2 }, 'undo reserve': { fails: 1 }, 'undo book': { fails: 1 } },
    isCreatedBefore: true,
    ends: { status: 'failed', failedStep: 'pay', stepsCompleted: ALL.slice(0, 5) },
  },
  'fails in a group': {
    script: { left: { acts: 'untilAborted' }, right: { after: 'row', fails: 1 } },
    ends: { status: 'failed', failedStep: 'right', stepsCompleted: ['reserve', 'book', 'row'] },
  },
  'is cancelled': {
    script: { ...inTurn, pay: { acts: 'cancel' } },
    ends: { status: 'rolled_back', stepsCompleted: ALL.slice(0, 5) },
  },
  'is handed back': {
    script: { ...inTurn, pay: { unless: 'heir', renewals: 1, acts: 'close' } },
    sees: 'saga_handed_back',
    ends: { status: 'completed', stepsCompleted: ALL },
  },
  'is taken up forward': {
    script: { ...inTurn, left: { after: 'row', holds: 'first' } },
    dies: { at: 'left' },
    ends: { status: 'completed', stepsCompleted: ALL },
  },
  'is taken up backward': {
    script: { ...inTurn, pay: { fails: 2 }, 'undo left': { holds: 'first' } },
    dies: { at: 'undo left' },
    ends: { status: 'failed', failedStep: 'pay', stepsCompleted: ALL.slice(0, 5) },
  },
};
/** Everything is waited for until it is so; only what hangs takes this long. */
const PATIENCE_MS = 120_000;
/** Leases are renewed by the clock: how often, no two runs agree on, but where a step waits for the first time. */
const isByTheClock = (point) => /^(before|after) renew/.test(point);
const renews = (story) => Object.values(STORIES[story].script).some(({ renewals }) => renewals !== undefined);

const SEEN = { completed: undefined, failed: 'saga_failed', rolled_back: 'saga_failed' };

const FLAGS = { 'all-points': false, stride: 24, 'at-once': 3, 'lease-ms': 6_000, db: 'sqlite,pg' };
await prove('saga-crash', FLAGS, async (proof) => {
  await proof.eachDatabase(({ kind, option }) =>
    withEngine(option, (onlooker) => crashEverywhere(proof, kind, option, onlooker)),
  );
});

async function crashEverywhere(proof, kind, database, onlooker) {
  const { stride, 'all-points': isAll, 'at-once': atOnce, 'lease-ms': leaseMs, seed } = proof.flags;
  const ledger = new Ledger(path.join(proof.folder, `ledger-${kind}`)).clear();
  await onlooker.data.importCreators([CREATOR]);
  await onlooker.transaction((tx) => tx.query(CREATE_MARKS));
  const { start } = onlooker.sagas.define(scriptedSaga(DEFINITION, {}));
  const openIn = async (worker, options) => {
    const sagas = { sweepMs: 100, runningMax: 1_000 };
    const { file: ledgerFile } = ledger;
    await worker.ask('open', { database, leaseMs, sagas, ledgerFile, definitions: [DEFINITION], ...options });
    return worker;
  };
  const open = async (options) => openIn(await proof.spawn('saga.mjs'), options);
  const requestOf = ({ id, story }) => ({
    ...{ name: DEFINITION.name, sagaId: id, creatorId: CREATOR.creator_id },
    input: { script: STORIES[story].script },
  });

  /** Sagas that a process died of long before: those of stories with `dies`, so many of each. */
  const prepare = async (ofStory) => {
    const sagas = ofStory.flatMap(([story, ids]) => ids.map((id) => ({ id, story })));
    const dying = await open({ node: 'first' });
    const ready = sagas.map(({ id, story }) => {
      const { dies } = STORIES[story];
      return dies && dying.said('at', (at) => at.sagaId === id && at.what === dies.at, PATIENCE_MS);
    });
    for (const saga of sagas) await (STORIES[saga.story].dies ? dying.ask('begin', requestOf(saga)) : undefined);
    await Promise.all(ready);
    await dying.kill();
    const early = sagas.filter(({ story }) => STORIES[story].isCreatedBefore);
    for (const saga of early) {
      await onlooker.transaction((transaction) => start({ ...requestOf(saga), transaction }));
    }
  };

  const leaseOver = (sagaId) =>
    until(
      () => onlooker.sagas.get(sagaId),
      ({ leaseUntil }) => leaseUntil === undefined,
      PATIENCE_MS,
      100,
    );

  // What is there to pass?
  const names = Object.keys(STORIES);
  await prepare(names.map((story) => [story, [`${story}, by itself`]]));
  const points = {};
  const alone = await proof.spawn('saga.mjs');
  const lookAt = async (story) => {
    const saga = { id: `${story}, by itself`, story };
    await openIn(alone, { id: story, node: 'alone' });
    // Whoever takes up what somebody died of does so once: not before the lease is over.
    if (STORIES[story].dies) await leaseOver(saga.id);
    const end = await alone.ask('run', requestOf(saga), story);
    await alone.ask('close', {}, story);
    const { passed, wrote } = await alone.ask('passed', story);
    points[story] = passed.filter((point) => !isByTheClock(point) || (renews(story) && !point.includes('time')));
    const { ends, sees = SEEN[ends.status], dies } = STORIES[story];
    proof.equal(`${story}: how it ends when nobody is killed`, end.code, sees);
    if (dies) return; // a part of its journal is the dead one's
    const { view } = (await storedSagas(onlooker, [saga.id])).get(saga.id);
    const others = new Set(['created', 'claimed', 'requested']); // the store's own entries, each of one call
    const written = view.timeline.filter(({ type }) => !others.has(type)).map(shortOf);
    proof.equal(
      `${story}: entries of the journal that were written at no place`,
      written.filter((each) => !wrote.includes(each)),
      [],
    );
  };
  for (const story of names) await lookAt(story); // alone: nothing that they do conflicts
  await alone.kill();

  const chosen = names.flatMap((story, i) =>
    points[story]
      .map((point, nth) => ({ story, point, id: `${story}, killed ${point}`, nth: nth + i + seed }))
      .filter(({ nth }) => isAll || nth % stride === 0),
  );
  await prepare(names.map((story) => [story, chosen.filter((each) => each.story === story).map(({ id }) => id)]));
  // Those that another process died of come last: its leases are over by then.
  const queue = chosen
    .filter(({ story }) => !STORIES[story].dies)
    .concat(chosen.filter(({ story }) => STORIES[story].dies));
  const all = [...queue];
  const killed = new Set();
  const killOne = async (saga) => {
    if (STORIES[saga.story].dies) await leaseOver(saga.id);
    const victim = await open({ node: 'victim', killAt: saga.point });
    const answered = await victim.ask('run', requestOf(saga)).catch(() => undefined);
    // Handing back may go on behind the answer.
    if (answered) await victim.ask('close').catch(() => undefined);
    const { signal } = await (victim.isAlive ? victim.kill().then(() => ({})) : victim.gone);
    if (signal === 'SIGKILL') killed.add(saga.id);
    else proof.note(`${saga.id}: it was not killed there, but came to ${JSON.stringify(answered)}`);
  };
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let saga = queue.shift(); saga; saga = queue.shift()) await killOne(saga);
    }),
  );
  for (const story of names) {
    const tried = all.filter((each) => each.story === story && killed.has(each.id));
    const due = all.filter((each) => each.story === story);
    proof.equal(
      `${story}: killed at ${due.length} of the ${points[story].length} places that it passes`,
      tried.length,
      due.length,
    );
  }
  if (isAll) {
    const passed = names.reduce((sum, story) => sum + points[story].length, 0);
    proof.equal(`places tried, of ${passed} passed`, killed.size, passed);
  }

  const torn = [
    ...(
      await storedSagas(
        onlooker,
        all.map(({ id }) => id),
      )
    ).values(),
  ].filter(({ view, row }) => row.status !== view.status || Number(row.journal_length) !== view.timeline.length);
  proof.equal(
    'no kill leaves a journal without its row, or a row without its journal',
    torn.map(({ row }) => row),
    [],
  );

  const heir = await open({ node: 'heir', isStarted: true });
  const ids = [...all, ...names.map((story) => ({ story, id: `${story}, by itself` }))];
  // Whoever was killed before the saga existed would start it again; for all others that changes nothing.
  for (const saga of ids) await heir.ask('begin', requestOf(saga));
  await until(
    () => sagaRows(onlooker),
    (rows) => ids.every(({ id }) => isOver(rows.get(id))),
    PATIENCE_MS,
    100,
  );
  const stored = await storedSagas(
    onlooker,
    ids.map(({ id }) => id),
  );
  const lines = ledger.bySaga();
  let violations = 0;
  for (const { id, story } of ids) {
    const { ends } = STORIES[story];
    const { view } = stored.get(id);
    const found = Object.fromEntries(Object.keys(ends).map((name) => [name, view[name]]));
    const faults = violationsOf({ definition: DEFINITION, stored: stored.get(id), lines: lines[id] ?? [] });
    if (JSON.stringify(found) !== JSON.stringify(ends)) faults.push(`it ended as ${JSON.stringify(found)}`);
    violations += faults.length;
    if (faults.length > 0) proof.check(`${id}`, false, faults);
  }
  const repeated = Object.values(lines)
    .flat()
    .filter(({ kind }) => kind === 'effect').length;
  proof.equal(`violations in ${ids.length} sagas, ${killed.size} processes killed`, violations, 0);
  proof.note(`${repeated} effects and undos in the ledger`);
}
