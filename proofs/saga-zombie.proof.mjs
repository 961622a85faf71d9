// npm run proofs:saga-zombie [-- --lease-ms 3000 --db sqlite,pg --seed 1]
// A worker stands still for longer than its lease, by SIGSTOP or because its event loop is blocked; another one goes on with the
// saga and ends it. When the first one wakes, its step is told by its signal, and it can change nothing more: neither the saga,
// nor a resource that remembers the highest fence it has seen. It begins nothing new either.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { until } from './harness/fleet.mjs';
import { Ledger } from './harness/ledger.mjs';
import { prove } from './harness/proof.mjs';
import { storedSagas, violationsOf } from './harness/saga-checks.mjs';
import { CREATE_MARKS, CREATOR } from './harness/scripted-saga.mjs';
import { withEngine } from './harness/stored.mjs';

/** Shorter than the lease: behind the stop the next try is due before the end of the lease is noticed. */
const RETRY_MS = 1_000;
const DEFINITION = {
  name: 'order',
  version: 1,
  steps: [
    { name: 'reserve', undo: {} },
    {
      name: 'book',
      kind: 'transaction',
      retry: { attempts: 9, delayMs: RETRY_MS, factor: 1, jitter: 0 },
      undo: { retry: { attempts: 9, delayMs: 10 } },
    },
    {
      parallel: [
        { name: 'left', undo: {} },
        { name: 'right', undo: {} },
      ],
    },
    { name: 'pay', retry: { attempts: 2, delayMs: RETRY_MS, factor: 1, jitter: 0 }, undo: {} },
    { name: 'mail' },
  ],
};
const ALL = ['reserve', 'book', 'left', 'right', 'pay', 'mail'].sort();
/** Where a process stops itself: a saga waits for its next try then, all others are in a step. */
const stopsBehindTryOf = (step) => ({ stopsBehind: `after append step_tried ${step}` });
const UNDONE = { status: 'failed', failedStep: 'mail' };
const DONE = { status: 'completed' };
const inTurn = { right: { after: 'left' } };

/** Where the worker `late` stands still, and what must come of the saga all the same. */
const PLACES = {
  'in a step that heeds its signal': { at: 'pay', script: { pay: { holds: 'late' } }, ends: DONE },
  'in a step that is deaf': {
    at: 'pay',
    script: { pay: { holds: 'late', deaf: true } },
    ends: DONE,
    returnsLate: true,
  },
  'in a member of a group': { at: 'left', script: { left: { after: 'right', holds: 'late' }, right: {} }, ends: DONE },
  'in an undo': {
    at: 'undo pay',
    script: { mail: { fails: 1 }, 'undo pay': { holds: 'late', deaf: true } },
    ends: UNDONE,
    returnsLate: true,
  },
  'in the transaction of a step': { at: 'book', script: { book: { holds: 'late' } }, ends: DONE },
  'between two tries': { at: 'pay', stopsItself: true, script: { pay: { fails: 1 } }, ends: DONE },
  'with its event loop blocked': {
    at: 'pay',
    isBlocked: true,
    script: { pay: { blocks: 'late', holds: 'late' } },
    ends: DONE,
  },
};
/** Only what hangs takes so long. */
const PATIENCE_MS = 100_000;
/** A file with this ending lets a process go on that is blocked. */
const UNBLOCKED = '-unblocked';

async function outliveAll(proof, kind, database, onlooker) {
  const { 'lease-ms': leaseMs } = proof.flags;
  const ledger = new Ledger(path.join(proof.folder, `ledger-${kind}`)).clear();
  await onlooker.data.importCreators([CREATOR]);
  await onlooker.transaction(async (tx) => {
    await tx.query(CREATE_MARKS);
    await tx.query('CREATE TABLE resources (id TEXT PRIMARY KEY, fence INTEGER NOT NULL, made_by TEXT NOT NULL)');
  });
  const open = async (node, options) => {
    const worker = await proof.spawn('saga.mjs');
    const settings = { leaseMs, sagas: { sweepMs: 100 }, blockedUntil: ledger.file + UNBLOCKED };
    const { file: ledgerFile } = ledger;
    await worker.ask('open', { database, node, ledgerFile, definitions: [DEFINITION], ...settings, ...options });
    return worker;
  };
  const heir = await open('heir');
  const world = { proof, database, onlooker, ledger };
  const casesOf = (late, isTheirs) =>
    Object.keys(PLACES)
      .filter((place) => isTheirs(PLACES[place]))
      .map((place) => new Case(place, late, world));
  const outlive = async (late, cases, { stop, letGo }) => {
    for (const each of cases) await each.begin();
    await stop?.();
    await heir.ask('start');
    await Promise.all(cases.map((each) => each.endsElsewhere()));
    await letGo();
    await Promise.all(cases.map((each) => each.wakes()));
    // What it might still want to do it does now: closing waits for all that is in hand.
    await late.ask('close');
    for (const each of cases) await each.hasChangedNothing();
    await late.kill();
  };

  const stopped = await open('late', stopsBehindTryOf('pay'));
  const steps = casesOf(stopped, ({ isBlocked, at }) => !isBlocked && at !== 'book');
  await outlive(stopped, steps, { letGo: () => stopped.resume() });
  const blocked = await open('late');
  const letGo = () => writeFileSync(ledger.file + UNBLOCKED, '');
  await outlive(
    blocked,
    casesOf(blocked, ({ isBlocked }) => isBlocked),
    { letGo },
  );
  // Alone: on SQLite a worker that is stopped in a transaction keeps everybody from writing. There it wakes once, its lease
  // over and with no heir yet, is told that its transaction has failed, writes that down, and stops before its next try.
  const isSqlite = database.type === 'sqlite';
  const writing = await open('late', isSqlite ? stopsBehindTryOf('book') : {});
  const inTransaction = casesOf(writing, ({ at }) => at === 'book');
  const stop = async () => {
    writing.pause();
    if (!isSqlite) return;
    const [{ view }] = inTransaction;
    await until(view, ({ leaseUntil }) => leaseUntil === undefined, PATIENCE_MS, 100);
    writing.resume();
    await until(view, ({ timeline }) => timeline.some(({ type }) => type === 'step_tried'), PATIENCE_MS, 100);
  };
  await outlive(writing, inTransaction, { stop, letGo: () => writing.resume() });
}

class Case {
  constructor(place, late, world) {
    Object.assign(this, world, PLACES[place], { place, late, sagaId: `stopped ${place}` });
  }

  check(name, ...rest) {
    this.proof.check(`${this.place}: ${name}`, ...rest);
  }
  equal(name, ...rest) {
    this.proof.equal(`${this.place}: ${name}`, ...rest);
  }

  view = () => this.onlooker.sagas.get(this.sagaId);
  stored = async () => (await storedSagas(this.onlooker, [this.sagaId])).get(this.sagaId);
  lines = () => this.ledger.lines(({ sagaId }) => sagaId === this.sagaId);

  /** A resource of somebody else, which takes a write only under a higher fence than it has seen. */
  writeUnder(fence, by) {
    return this.onlooker.transaction(async (tx) => {
      const [written] = await tx.query(
        `INSERT INTO resources VALUES ('${this.sagaId}', ${fence}, '${by}')
         ON CONFLICT (id) DO UPDATE SET fence = excluded.fence, made_by = excluded.made_by
         WHERE excluded.fence > resources.fence RETURNING made_by`,
      );
      return written !== undefined;
    });
  }

  /** Begins the saga, which comes to its place. */
  async begin() {
    const { at, late, sagaId } = this;
    const request = { name: DEFINITION.name, sagaId, creatorId: CREATOR.creator_id };
    const input = { script: { ...inTurn, ...this.script } };
    if (this.stopsItself) return void late.ask('begin', { ...request, input }); // it may stop before it answers
    await late.ask('begin', { ...request, input });
    if (!this.isBlocked) await late.said('at', (said) => said.sagaId === sagaId && said.what === at, PATIENCE_MS);
    else await until(this.lines, (lines) => lines.some(({ what }) => what === at), PATIENCE_MS, 100);
  }

  async endsElsewhere() {
    const { at } = this;
    await until(this.view, ({ completedAt } = {}) => completedAt !== undefined, PATIENCE_MS, 100);
    this.ended = await this.stored();
    this.written = this.lines();
    const claims = this.ended.view.timeline.filter(({ type }) => type === 'claimed').map(({ owner }) => owner);
    this.equal('whose it was, and who took it up', [claims[0], claims.at(-1)], ['late', 'heir']);
    const fenceOf = (by) => {
      const mine = this.written.filter(({ node, what }) => node === by && what === at);
      return Math.max(...mine.map(({ fence }) => fence));
    };
    const fences = [fenceOf('late'), fenceOf('heir')];
    this.check('the fence of the other is higher', fences[0] < fences[1], fences);
    const isTaken = await this.writeUnder(fences[1], 'heir');
    this.equal('a resource that looks at fences takes the write of the other', isTaken, true);
  }

  async wakes() {
    const { at, late, sagaId } = this;
    const isMine = (said) => said.sagaId === sagaId;
    if (!this.stopsItself) {
      const told = await late.said('aborted', (said) => isMine(said) && said.what === at, PATIENCE_MS);
      // The transaction of a step has a time of its own, which is over sooner.
      const reasons = at === 'book' ? ['saga_lease_lost', 'TimeoutError'] : ['saga_lease_lost'];
      const reason = told.code ?? told.name;
      this.check('the step is told by its signal', reasons.includes(reason), reason);
      const isTaken = await this.writeUnder(told.fence, 'late');
      this.equal('the resource refuses the write of the one that woke', isTaken, false);
    }
    if (this.returnsLate) await late.ask('go', sagaId, at);
    const { code } = await late.said('ended', isMine, PATIENCE_MS);
    const expected = this.ends === DONE ? undefined : 'saga_failed';
    this.equal('whoever waits in the late process is told the end that the other made', code, expected);
  }

  async hasChangedNothing() {
    const { ended, ends } = this;
    const after = await this.stored();
    this.check('the late process has changed nothing', isDeepStrictEqual(after, ended), diffOf(after, ended));
    this.equal('and has begun nothing', this.lines().slice(this.written.length), []);
    const { status, failedStep, stepsCompleted } = after.view;
    this.equal('how the saga ended', failedStep === undefined ? { status } : { status, failedStep }, ends);
    if (ends === DONE) this.equal('with all its steps', [...stepsCompleted].sort(), ALL);
    const violations = violationsOf({ definition: DEFINITION, stored: after, lines: this.lines() });
    this.equal('violations', violations, []);
  }
}

const diffOf = (after, before) =>
  isDeepStrictEqual(after, before)
    ? `${after.view.timeline.length} entries`
    : after.view.timeline.slice(before.view.timeline.length);

await prove('saga-zombie', { 'lease-ms': 3_000, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(({ kind, option }) =>
    withEngine(option, (onlooker) => outliveAll(proof, kind, option, onlooker)),
  );
});
