import { isErosError } from '../errors.js';
import type { Transaction, UnitOfWork } from '../storage/index.js';
import type { SagaClaimTerms, SagaHolder } from './saga-claim.js';
import type { SagaEvent } from './saga-event.js';
import type { HeldSaga, NewSaga, SagaStore } from './saga-store.js';

const terms: SagaClaimTerms = { owner: 'node-1', leaseMs: 1_000, recoveriesMax: 2 };
const rival: SagaClaimTerms = { ...terms, owner: 'node-2' };
const definition = { name: 'book', version: 1, hash: 'hash-1' };
const saga = (sagaId: string, more: Partial<NewSaga> = {}): NewSaga => ({
  ...{ sagaId, creatorId: 'c1', definition, input: { week: '2026-11-23', days: [1, 2] } },
  ...more,
});
const begun = (nowMs: number): SagaEvent[] => [
  { type: 'begun', atMs: nowMs },
  { type: 'step_started', atMs: nowMs, step: 'a' },
];
const parked = (atMs: number): SagaEvent[] => [
  { type: 'step_failed', atMs, step: 'a', problem: { kind: 'error', name: 'Error', message: 'no' } },
  { type: 'parked', atMs, reason: 'step_exhausted' },
];
const completed = (atMs: number): SagaEvent[] => [
  { type: 'step_ended', atMs, step: 'a', result: { ids: [1], text: 'ä"\n' } },
  { type: 'completed', atMs },
];
const codeOf = async (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'no error',
    (error: unknown) => (isErosError(error) ? error.code : String(error)),
  );

/** What every saga store promises. `clock` is the one that the store's database reads. */
export function sagaStoreContract(
  open: (clock: { nowMs(): number }) => Promise<{ store: SagaStore; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('saga store', () => {
    const startMs = Date.UTC(2026, 10, 23);
    let nowMs: number;
    let store: SagaStore;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => {
      nowMs = startMs;
      ({ store, unitOfWork, close } = await open({ nowMs: () => nowMs }));
    });
    afterEach(() => close());

    const created = async (sagaId: string, more: Partial<NewSaga> = {}): Promise<HeldSaga> => {
      const held = await store.create(saga(sagaId, more), terms);
      if (!held) throw new Error(`${sagaId} existed already`);
      return held;
    };
    const columnsOf = async (sagaId: string) => {
      const { sagas } = await store.list();
      return sagas.find((each) => each.sagaId === sagaId);
    };

    it('keeps what happened, and sums it up truthfully at every commit', async () => {
      let held = await created('s1');
      expect(held).toMatchObject({ owner: 'node-1', epoch: 1, nowMs: startMs, state: { status: 'pending', seq: 2 } });
      expect(await columnsOf('s1')).toMatchObject({
        ...{ status: 'pending', stepsCompleted: [], compensationErrors: [], creatorId: 'c1', definition },
        ...{
          startedAtMs: startMs,
          createdAtMs: startMs,
          isLeased: true,
          lease: { owner: 'node-1', untilMs: startMs + 1_000 },
        },
      });
      nowMs += 10;
      held = await store.append(held, begun);
      expect(held.nowMs).toBe(startMs + 10);
      expect(await columnsOf('s1')).toMatchObject({
        ...{ status: 'in_progress', startedAtMs: startMs + 10, lease: { untilMs: startMs + 1_010 } },
      });
      nowMs += 5;
      await store.append(held, completed);
      const summary = {
        ...{ status: 'completed', stepsCompleted: ['a'], startedAtMs: startMs + 10, completedAtMs: startMs + 15 },
        ...{ executionTimeMs: 5, isLeased: false },
      };
      expect(await columnsOf('s1')).toMatchObject(summary);
      expect(await columnsOf('s1')).not.toHaveProperty('lease');
      const detail = await store.find('s1');
      expect(detail).toMatchObject(summary);
      expect(detail?.journal).toEqual([
        { type: 'created', atMs: startMs, creatorId: 'c1', input: { week: '2026-11-23', days: [1, 2] } },
        { type: 'claimed', atMs: startMs, owner: 'node-1', epoch: 1, isRecovery: false },
        ...begun(startMs + 10),
        ...completed(startMs + 15),
      ]);
    });

    it('tells of failures and of every failed undo', async () => {
      const problem = { kind: 'error', name: 'TypeError', message: 'no seat' } as const;
      const held = await store.append(await created('s1'), begun);
      await store.append(held, (atMs) => [
        { type: 'step_failed', atMs, step: 'a', problem },
        { type: 'compensation_started', atMs, cause: { type: 'step_failed', step: 'a', problem } },
        { type: 'undo_started', atMs, step: 'a' },
        { type: 'undo_tried', atMs, step: 'a', problem: { ...problem, message: 'not yet' }, retryAtMs: atMs },
        { type: 'undo_failed', atMs, step: 'a', problem: { ...problem, message: 'never' } },
        { type: 'parked', atMs, reason: 'undo_exhausted' },
      ]);
      const expected = {
        ...{
          status: 'compensating',
          stuck: 'undo_exhausted',
          failedStep: 'a',
          errorMessage: 'no seat',
          stepsCompleted: [],
        },
        compensationErrors: [
          { step: 'a', message: 'not yet', atMs: startMs },
          { step: 'a', message: 'never', atMs: startMs },
        ],
      };
      expect(await columnsOf('s1')).toMatchObject(expected);
      expect(await store.find('s1')).toMatchObject(expected);
    });

    it('begins a saga with its creation, at one instant and in one commit, if its holder says so', async () => {
      const begin: SagaHolder['begin'] = (_, atMs) => begun(atMs);
      const held = await store.create(saga('s1'), { ...terms, begin });
      expect(held).toMatchObject({ epoch: 1, nowMs: startMs, state: { status: 'in_progress', seq: 4 } });
      expect(await columnsOf('s1')).toMatchObject({ status: 'in_progress', startedAtMs: startMs, isLeased: true });
      expect((await store.find('s1'))?.journal).toEqual([
        { type: 'created', atMs: startMs, creatorId: 'c1', input: { week: '2026-11-23', days: [1, 2] } },
        { type: 'claimed', atMs: startMs, owner: 'node-1', epoch: 1, isRecovery: false },
        ...begun(startMs),
      ]);
      await store.append(held as HeldSaga, completed);
      const ended = await store.create(saga('s2'), {
        ...terms,
        begin: (_, atMs) => [...begun(atMs), ...completed(atMs)],
      });
      expect(ended).toMatchObject({ state: { status: 'completed' } });
      expect(await columnsOf('s2')).toMatchObject({ status: 'completed', isLeased: false, executionTimeMs: 0 });
    });

    it('decides by the time of the write, whenever it comes', async () => {
      let held = await store.append(await created('s1'), begun);
      // Late or not, as of the very instant of the write: what is far away, near and past.
      const decide = (dueMs: number) => (atMs: number) => (atMs >= dueMs ? completed(atMs) : []);
      for (const passed of [1, 0, 4_000, 6_000]) {
        nowMs += passed;
        held = await store.append(held, (atMs) => [
          { type: 'request_refused', atMs, action: 'cancel' },
          ...decide(nowMs + 1)(atMs),
        ]);
        expect(held).toMatchObject({ nowMs, state: { status: 'in_progress' } });
      }
      // Not late as of long after the write before, but late by now.
      nowMs += 6_000;
      await store.append(held, decide(nowMs - 500));
      expect(await columnsOf('s1')).toMatchObject({
        status: 'completed',
        completedAtMs: nowMs,
        executionTimeMs: nowMs - startMs,
      });
    });

    it('creates a saga once: the same again is nothing new, another one under its id is refused', async () => {
      await created('s1');
      expect(await store.create(saga('s1', { input: { days: [1, 2], week: '2026-11-23' } }), terms)).toBeUndefined();
      expect(
        await store.create(saga('s1', { definition: { ...definition, version: 2, hash: 'hash-2' } }), terms),
      ).toBeUndefined();
      expect(await codeOf(store.create(saga('s1', { input: null }), terms))).toBe('saga_exists');
      expect(await codeOf(store.create(saga('s1', { creatorId: 'c2' }), terms))).toBe('saga_exists');
      expect(await codeOf(store.create(saga('s1', { definition: { ...definition, name: 'other' } }), terms))).toBe(
        'saga_exists',
      );
      expect((await store.find('s1'))?.journal).toHaveLength(2);
    });

    it('lets one of many create a saga', async () => {
      const all = await Promise.all(Array.from({ length: 10 }, () => store.create(saga('s1'), terms)));
      expect(all.filter((held) => held !== undefined)).toHaveLength(1);
      expect((await store.list()).sagas).toHaveLength(1);
    });

    it("joins the caller's transaction: no commit, no saga", async () => {
      const attempt = unitOfWork.transaction(async (tx: Transaction) => {
        expect(await store.create(saga('s1'), undefined, tx)).toBeUndefined();
        expect(await store.find('s1', tx)).toMatchObject({ status: 'pending', isLeased: false });
        throw new Error('changed my mind');
      });
      await expect(attempt).rejects.toThrow('changed my mind');
      expect(await store.find('s1')).toBeUndefined();
      await unitOfWork.transaction((tx) => store.create(saga('s1'), undefined, tx));
      expect(await store.claimable([definition.hash], 10)).toEqual(['s1']);
    });

    it('appends inside a transaction, and takes it back with it', async () => {
      const held = await created('s1');
      const attempt = unitOfWork.transaction(async (tx) => {
        await store.append(held, begun, tx);
        throw new Error('no');
      });
      await expect(attempt).rejects.toThrow('no');
      expect(await store.find('s1')).toMatchObject({ status: 'pending' });
      const after = await unitOfWork.transaction((tx) => store.append(held, begun, tx));
      expect(after.state.status).toBe('in_progress');
      expect(await store.find('s1')).toMatchObject({ status: 'in_progress' });
    });

    it('is claimed by one of two workers, and only once its lease is over', async () => {
      await created('s1');
      nowMs += 999;
      expect(await store.claimable([definition.hash], 10)).toEqual([]);
      expect(await store.claim('s1', rival, [definition.hash])).toBeUndefined();
      nowMs += 1;
      expect(await store.claimable([definition.hash], 10)).toEqual(['s1']);
      const claims = await Promise.all(
        [rival, { ...rival, owner: 'node-3' }].map((each) => store.claim('s1', each, [definition.hash])),
      );
      const [winner, ...others] = claims.filter((held) => held !== undefined);
      expect(others).toEqual([]);
      expect(winner).toMatchObject({ epoch: 2, nowMs, state: { recoveries: 1, claim: { epoch: 2 } } });
    });

    it('lets a worker that lost its saga write nothing', async () => {
      const old = await created('s1');
      nowMs += 1_000;
      const held = await store.claim('s1', { ...terms }, [definition.hash]); // the same worker, a new epoch
      expect(held?.epoch).toBe(2);
      expect(await codeOf(store.append(old, begun))).toBe('saga_lease_lost');
      expect(await codeOf(unitOfWork.transaction((tx) => store.append(old, begun, tx)))).toBe('saga_lease_lost');
      expect(await codeOf(store.renew(old))).toBe('saga_lease_lost');
      await store.release(old); // not its own any more: nothing happens
      expect(await store.find('s1')).toMatchObject({ status: 'pending', isLeased: true, epoch: 2 });
      await store.append(held as HeldSaga, begun);
      expect((await store.find('s1'))?.journal.map(({ type }) => type)).toEqual([
        ...['created', 'claimed', 'claimed', 'begun', 'step_started'],
      ]);
    });

    it('refuses to write after entries that the writer does not know of', async () => {
      const held = await created('s1');
      await store.append(held, begun);
      expect(await codeOf(store.append(held, begun))).toBe('stale_version');
      expect((await store.find('s1'))?.journal).toHaveLength(4);
    });

    it('renews a lease, and hands it back without a recovery', async () => {
      const held = await created('s1');
      nowMs += 900;
      await store.renew(held);
      nowMs += 900;
      expect(await store.claim('s1', rival, [definition.hash])).toBeUndefined();
      await store.release(held);
      expect(await codeOf(store.append(held, begun))).toBe('saga_lease_lost');
      expect(await store.claimable([definition.hash], 10)).toEqual(['s1']);
      expect(await store.claim('s1', rival, [definition.hash])).toMatchObject({ epoch: 2, state: { recoveries: 0 } });
    });

    it('renews behind a transaction that is open in the same process', async () => {
      const held = await created('s1');
      nowMs += 900;
      let renewal: Promise<number> | undefined;
      await unitOfWork.transaction(async (tx) => {
        await store.find('s1', tx);
        renewal = store.renew(held);
      });
      await renewal;
      expect(await store.find('s1')).toMatchObject({ lease: { untilMs: nowMs + 1_000 } });
    });

    it('leaves sagas of unknown definitions alone', async () => {
      await created('s1');
      await created('s2', { definition: { ...definition, version: 2, hash: 'hash-2' } });
      nowMs += 5_000;
      expect(await store.claimable(['hash-2', 'hash-3'], 10)).toEqual(['s2']);
      expect(await store.claimable([], 10)).toEqual([]);
      expect(await store.claim('s1', rival, ['hash-2'])).toBeUndefined();
      expect(await store.claim('s3', rival, ['hash-2'])).toBeUndefined();
    });

    it('parks a saga that was recovered too often, until it is revived', async () => {
      await created('s1');
      for (const expected of [2, 3]) {
        nowMs += 1_000;
        expect(await store.claim('s1', rival, [definition.hash])).toMatchObject({ epoch: expected });
      }
      nowMs += 1_000;
      expect(await store.claim('s1', rival, [definition.hash])).toBeUndefined();
      expect(await columnsOf('s1')).toMatchObject({ status: 'pending', stuck: 'recovered_too_often', isLeased: false });
      expect(await store.claimable([definition.hash], 10)).toEqual([]);
      await store.request('s1', { type: 'revive', by: 'op', reason: 'fixed' });
      expect(await columnsOf('s1')).not.toHaveProperty('stuck');
      expect(await columnsOf('s1')).not.toHaveProperty('errorMessage');
      expect(await store.claimable([definition.hash], 10)).toEqual(['s1']);
      expect((await store.find('s1'))?.journal.at(-1)).toEqual({
        type: 'revived',
        atMs: nowMs,
        by: 'op',
        reason: 'fixed',
      });
      expect(await store.claim('s1', rival, [definition.hash])).toMatchObject({ epoch: 4, state: { recoveries: 0 } });
    });

    it('revives parked sagas only', async () => {
      const why = { type: 'revive', by: 'op', reason: 'fixed' } as const;
      expect(await codeOf(store.request('s1', why))).toBe('unknown_saga');
      const held = await store.append(await created('s1'), begun);
      expect(await codeOf(store.request('s1', why))).toBe('not_parked');
      await store.append(held, parked);
      expect(await columnsOf('s1')).toMatchObject({
        status: 'in_progress',
        stuck: 'step_exhausted',
        failedStep: 'a',
        isLeased: false,
      });
      await unitOfWork.transaction((tx) => store.request('s1', why, tx));
      expect(await codeOf(store.request('s1', why))).toBe('not_parked');
      expect(await columnsOf('s1')).not.toHaveProperty('failedStep');
    });

    it('lets an operator cancel what a worker is executing, which goes on holding it', async () => {
      const held = await store.append(await created('s1'), begun);
      nowMs += 500;
      await store.request('s1', { type: 'cancel', by: 'op', reason: 'changed my mind' });
      expect(await columnsOf('s1')).toMatchObject({
        ...{ status: 'in_progress', requested: 'cancel', isLeased: true },
        lease: { owner: 'node-1', untilMs: startMs + 1_000 },
      });
      // It is told when it writes, and when it renews.
      expect(await codeOf(store.append(held, completed))).toBe('stale_version');
      expect(await store.renew(held)).toBe(held.state.seq + 1);
      expect((await store.find('s1'))?.journal.at(-1)).toEqual({
        ...{ type: 'requested', action: 'cancel', by: 'op', reason: 'changed my mind', atMs: nowMs },
      });
      expect(await store.claimable([definition.hash], 10)).toEqual([]);
      expect(await codeOf(store.request('s1', { type: 'roll_back', by: 'op', reason: 'again' }))).toBe('saga_leased');
    });

    it('gives a completed saga that is to be rolled back to the workers, until it is', async () => {
      await store.append(await store.append(await created('s1'), begun), completed);
      expect(await store.claim('s1', rival, [definition.hash])).toBeUndefined();
      const why = { by: 'op', reason: 'recalled' };
      expect(await codeOf(store.request('s1', { type: 'cancel', ...why }))).toBe('saga_not_reversible');
      await unitOfWork.transaction((tx) => store.request('s1', { type: 'roll_back', ...why }, tx));
      expect(await columnsOf('s1')).toMatchObject({ status: 'completed', requested: 'roll_back', isLeased: false });
      expect(await store.claimable([definition.hash], 10)).toEqual(['s1']);
      const held = (await store.claim('s1', rival, [definition.hash])) as HeldSaga;
      expect(held).toMatchObject({ epoch: 2, state: { request: { action: 'roll_back', ...why } } });
      expect(await columnsOf('s1')).toMatchObject({ isLeased: true });
      await store.append(held, (atMs) => [
        { type: 'compensation_started', atMs, cause: { type: 'requested', request: { action: 'roll_back', ...why } } },
        { type: 'rolled_back', atMs },
      ]);
      expect(await columnsOf('s1')).toMatchObject({
        status: 'rolled_back',
        errorMessage: 'rolled back by op: recalled',
      });
      expect(await columnsOf('s1')).not.toHaveProperty('requested');
      expect(await store.claimable([definition.hash], 10)).toEqual([]);
      expect(await codeOf(store.request('s1', { type: 'roll_back', ...why }))).toBe('saga_not_reversible');
    });

    it('retries and skips only what a saga is parked at', async () => {
      const why = { by: 'op', reason: 'mended' };
      await store.append(await store.append(await created('s1'), begun), parked);
      expect(await codeOf(store.request('s1', { type: 'retry_step', step: 'b', ...why }))).toBe('not_parked');
      await store.request('s1', { type: 'retry_step', step: 'a', ...why });
      expect(await columnsOf('s1')).not.toHaveProperty('stuck');
      const held = (await store.claim('s1', rival, [definition.hash])) as HeldSaga;
      expect(held.state).toMatchObject({ steps: [{ step: 'a', outcome: 'running', failures: 0 }] });
      expect(await codeOf(store.request('s1', { type: 'skip_step', step: 'a', ...why }))).toBe('not_parked');
      await store.append(held, parked);
      await store.request('s1', { type: 'skip_step', step: 'a', ...why });
      expect(await columnsOf('s1')).toMatchObject({ status: 'in_progress', stepsCompleted: [] });
      expect(await columnsOf('s1')).not.toHaveProperty('failedStep');
      expect(await store.claimable([definition.hash], 10)).toEqual(['s1']);
      expect(await codeOf(store.request('s2', { type: 'cancel', ...why }))).toBe('unknown_saga');
    });

    it('takes a request back with the transaction that it was made in', async () => {
      await created('s1');
      const attempt = unitOfWork.transaction(async (tx) => {
        await store.request('s1', { type: 'cancel', by: 'op', reason: 'x' }, tx);
        throw new Error('no');
      });
      await expect(attempt).rejects.toThrow('no');
      expect(await columnsOf('s1')).not.toHaveProperty('requested');
    });

    it('counts what waits for other definitions', async () => {
      const other = { ...definition, version: 2, hash: 'hash-2' };
      for (const id of ['s1', 's2', 's3']) await store.create(saga(id, { definition: other }), undefined);
      await store.create(saga('s4'), undefined);
      await created('s5', { definition: { ...definition, version: 3, hash: 'hash-3' } }); // somebody is at it
      const held = await store.append(await created('s6', { definition: other }), begun);
      await store.append(held, parked); // nobody but an operator can do anything
      expect(await store.waiting(['hash-9'])).toEqual([
        { definition: other, count: 3 },
        { definition, count: 1 },
      ]);
      expect(await store.waiting(['hash-2'])).toEqual([{ definition, count: 1 }]);
      expect(await store.waiting([])).toHaveLength(2);
      nowMs += 1_000;
      expect(await store.waiting(['hash-1', 'hash-2'])).toMatchObject([{ count: 1 }]);
    });

    it('lists page by page, parked ones first, then the newest, and filters', async () => {
      for (let i = 1; i <= 7; i += 1) {
        const held = await store.append(await created(`s${i}`, { creatorId: i % 2 ? 'odd' : 'even' }), begun);
        if (i === 2 || i === 5) await store.append(held, parked);
        if (i === 7) await store.append(held, completed);
      }
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ limit: 3, ...(cursor ? { cursor } : {}) });
        pages.push(page.sagas.map(({ sagaId }) => sagaId));
        cursor = page.cursor;
      } while (cursor);
      expect(pages).toEqual([['s5', 's2', 's7'], ['s6', 's4', 's3'], ['s1']]);
      const ids = async (filter: Parameters<SagaStore['list']>[0]) =>
        (await store.list(filter)).sagas.map(({ sagaId }) => sagaId);
      expect(await ids({ stuck: true })).toEqual(['s5', 's2']);
      expect(await ids({ stuck: false, creatorId: 'odd' })).toEqual(['s7', 's3', 's1']);
      expect(await ids({ status: 'completed' })).toEqual(['s7']);
      expect(await ids({ limit: 7 })).toHaveLength(7);
      expect((await store.list({ limit: 7 })).cursor).toBeUndefined();
      expect(await codeOf(store.list({ cursor: 'x' }))).toBe('invalid_settings');
      expect(await codeOf(store.list({ limit: 0 }))).toBe('invalid_settings');
    });

    it('gives the claimable ones oldest first, no more than asked for', async () => {
      for (const id of ['s1', 's2', 's3']) await store.create(saga(id), undefined);
      expect(await store.claimable([definition.hash], 2)).toEqual(['s1', 's2']);
    });

    it('gives the records of some sagas, without those that do not exist', async () => {
      const held = await created('s1');
      await store.create(saga('s2', { creatorId: 'c2' }), undefined);
      await store.append(held, (atMs) => [...begun(atMs), ...completed(atMs)]);
      const records = await store.records({ sagaIds: ['s2', 'none', 's1', 's2'] });
      const byId = records.sort((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
      expect(byId).toEqual([await columnsOf('s1'), await columnsOf('s2')]);
      expect(byId.map(({ status }) => status)).toEqual(['completed', 'pending']);
      await store.append(await store.append(await created('s3'), begun), parked);
      const resting = await store.records({ sagaIds: ['s1', 's2', 's3'], atRest: true });
      expect(resting.map(({ sagaId }) => sagaId).sort()).toEqual(['s1', 's3']);
      expect(await store.records({ sagaIds: [] })).toEqual([]);
    });

    it('takes steps named like members of every object', async () => {
      const held = await created('s1');
      await store.append(held, (atMs) => [
        { type: 'begun', atMs },
        { type: 'step_started', atMs, step: '__proto__' },
        { type: 'step_ended', atMs, step: '__proto__', result: 1 },
        { type: 'completed', atMs },
      ]);
      expect(await store.find('s1')).toMatchObject({ status: 'completed', stepsCompleted: ['__proto__'] });
    });
  });
}
