import type { HeldSaga, NewSaga, SagaEvent, SagaState } from '@eros/domain';
import { appendTogether } from '../sql/saga-lists.js';
import { timelessWrite } from '../sql/saga-statements.js';
import { SqlSagaStore } from '../sql/saga-store.js';
import { attended, counted } from '../testing/attended-database.js';
import { asSuperuser, openTestPostgres } from '../testing/test-postgres.js';

const saga: NewSaga = {
  sagaId: 's1',
  creatorId: 'c-1',
  definition: { name: 'book', version: 1, hash: 'hash-1' },
  input: {},
};
const terms = (owner: string) => ({ owner, leaseMs: 60_000, recoveriesMax: 5 });

/** What is written to a saga of one step from its beginning to its end. */
const LIFE: ((atMs: number) => SagaEvent[])[] = [
  (atMs) => [
    { type: 'begun', atMs },
    { type: 'step_started', atMs, step: 'a' },
  ],
  (atMs) => [
    { type: 'step_ended', atMs, step: 'a', result: { text: 'it\'s "so"' } },
    { type: 'completed', atMs },
  ],
];

/** A row when somebody waits for a lock. */
const WAITING = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

describe('sagas on PostgreSQL', () => {
  it('are claimed by one of two workers, also when the second comes between the first reading the row and the journal', async () => {
    const { database, url, close } = await openTestPostgres();
    try {
      const store = new SqlSagaStore(database);
      await store.create(saga, undefined);
      let read: () => void = () => undefined;
      let isSecondDone = false;
      // Begun here, not where the row is read: there it would be inside the first one's transaction.
      const second = new Promise<void>((resume) => (read = resume))
        .then(() => store.claim('s1', terms('second'), ['hash-1']))
        .finally(() => (isSecondDone = true));
      // Waits until the second has claimed it, or waits for a lock.
      const overtaken = async () => {
        read();
        while (!isSecondDone && (await asSuperuser(url, WAITING))[0]?.rowCount === 0);
      };
      const first = await new SqlSagaStore(attended(database, overtaken)).claim('s1', terms('first'), ['hash-1']);
      const claims = [first, await second].filter((claim) => claim !== undefined);
      expect(claims.map(({ owner }) => owner)).toHaveLength(1);
    } finally {
      await close();
    }
  });

  it('are written by one statement each: created and begun, gone on with, ended', async () => {
    const { database, close } = await openTestPostgres();
    try {
      const statements: string[] = [];
      const store = new SqlSagaStore(counted(database, statements));
      const begin = (_: SagaState, atMs: number): SagaEvent[] => [
        { type: 'begun', atMs },
        { type: 'step_started', atMs, step: 'a' },
      ];
      const held = await store.create(saga, { ...terms('first'), begin });
      const ended = await database.transaction((tx) =>
        store.append(held as HeldSaga, (atMs) => [{ type: 'step_ended', atMs, step: 'a', result: 1 }], tx),
      );
      await store.append(ended, (atMs) => [{ type: 'completed', atMs }]);
      expect(statements).toHaveLength(3);
      expect(await store.find('s1')).toMatchObject({ status: 'completed', stepsCompleted: ['a'], isLeased: false });
    } finally {
      await close();
    }
  });

  it('keep the lease that a renewal gave while a write waited for it', async () => {
    const { database, url, close } = await openTestPostgres();
    try {
      const store = new SqlSagaStore(database);
      const held = (await store.create(saga, terms('first'))) as HeldSaga;
      let renewed: () => void = () => undefined;
      const write = new Promise<void>((resume) => (renewed = resume)).then(() => store.append(held, () => []));
      await database.transaction(async (tx) => {
        await tx.query("UPDATE saga_execution_log SET lease_until = lease_until + interval '1 hour'");
        renewed();
        while ((await asSuperuser(url, WAITING))[0]?.rowCount === 0);
      });
      const { nowMs } = await write;
      expect((await store.find('s1'))?.lease?.untilMs).toBeGreaterThan(nowMs + 3_600_000);
    } finally {
      await close();
    }
  });

  describe('that are written at about the same time', () => {
    const sagas = ['s1', 's2', 's3', 's4'].map((sagaId) => ({ ...saga, sagaId }));
    const createAll = async (store: SqlSagaStore) =>
      (await Promise.all(sagas.map((each) => store.create(each, terms('first'))))) as HeldSaga[];
    const requested = (atMs: number, reason = 'so'): SagaEvent[] => [
      { type: 'requested', atMs, action: 'cancel', by: 'ann', reason },
    ];

    it('share a statement, and each keeps its own row and journal', async () => {
      const { database, close } = await openTestPostgres();
      try {
        const statements: string[] = [];
        const store = new SqlSagaStore(counted(database, statements));
        const held = await createAll(store);
        expect(statements).toHaveLength(1);
        const after = await Promise.all(
          held.map((each, i) => store.append(each, (atMs) => requested(atMs, `reason ${i}`))),
        );
        expect(statements).toHaveLength(2);
        for (const [i, { sagaId }] of sagas.entries()) {
          const found = await store.find(sagaId);
          expect(found?.journal.map((event) => ('reason' in event ? event.reason : event.type))).toEqual([
            ...['created', 'claimed', `reason ${i}`],
          ]);
          expect(found).toMatchObject({ requested: 'cancel', lease: { owner: 'first' } });
          expect(after[i]?.nowMs).toBe(found?.journal.at(-1)?.atMs);
        }
      } finally {
        await close();
      }
    });

    it('are the same as written one by one', async () => {
      const { database, close } = await openTestPostgres();
      try {
        const store = new SqlSagaStore(database);
        const alone = sagas.map((each) => ({ ...each, sagaId: `${each.sagaId}-alone` }));
        const held = await createAll(store);
        const single: HeldSaga[] = [];
        for (const each of alone) single.push((await store.create(each, terms('first'))) as HeldSaga);
        for (const decide of LIFE) {
          const after = await Promise.all(held.map((each) => store.append(each, decide)));
          held.splice(0, held.length, ...after);
          for (const [i, each] of single.entries()) single[i] = await store.append(each, decide);
        }
        const [together, one] = await Promise.all(
          [sagas, alone].map((list) => Promise.all(list.map(({ sagaId }) => store.find(sagaId)))),
        );
        const timeless = (found: unknown) =>
          JSON.parse(
            JSON.stringify(found, (key, value: unknown) => (/^(id|sagaId|.*Ms)$/.test(key) ? key : value)),
          ) as unknown;
        expect(timeless(together)).toEqual(timeless(one));
        for (const [i, found] of (together ?? []).entries()) {
          const { startedAtMs = 0, completedAtMs = 0, executionTimeMs, journal } = found ?? {};
          expect(executionTimeMs).toBe(completedAtMs - startedAtMs);
          expect(completedAtMs).toBe(held[i]?.nowMs);
          expect(journal?.at(-1)?.atMs).toBe(completedAtMs);
        }
      } finally {
        await close();
      }
    });

    it('are found by their index, also by a plan that was made when there were none', async () => {
      const { database, close } = await openTestPostgres();
      try {
        const [held] = await createAll(new SqlSagaStore(database));
        const { writesInQueries } = database.dialect;
        if (!held || !writesInQueries) throw new Error('nothing to write');
        const write = timelessWrite((atMs) => ({ events: requested(atMs), columns: { owner: 'first' } }), 0, 1);
        const additions = write ? [{ held, write }] : [];
        const { sql, params } = appendTogether(additions, database.clock(), writesInQueries);
        const plan = await database.on().all(`EXPLAIN ${sql}`, params);
        expect(JSON.stringify(plan)).toContain('Index Scan using saga_execution_log_pkey');
        expect(JSON.stringify(plan)).not.toContain('Seq Scan');
      } finally {
        await close();
      }
    });

    it('shorten no lease, and are not written when their time is over', async () => {
      const { database, url, close } = await openTestPostgres();
      try {
        const store = new SqlSagaStore(database);
        const held = await createAll(store);
        await asSuperuser(url, "UPDATE saga_execution_log SET lease_until = lease_until + interval '1 hour'");
        const after = await Promise.all(held.map((each) => store.append(each, requested)));
        for (const { sagaId, nowMs } of after) {
          expect((await store.find(sagaId))?.lease?.untilMs).toBeGreaterThan(nowMs + 3_600_000);
        }
        // As if an hour had passed since: what is late now was not when it was decided.
        const stale = after.map((each) => ({ ...each, nowMs: each.nowMs - 3_600_000 }));
        const late = (atMs: number) => requested(atMs, atMs > (after[0]?.nowMs ?? 0) - 1_800_000 ? 'late' : 'in time');
        for (const { state } of await Promise.all(stale.map((each) => store.append(each, late)))) {
          expect(state.seq).toBe(4);
        }
        for (const { sagaId } of sagas) {
          expect((await store.find(sagaId))?.journal.at(-1)).toMatchObject({ reason: 'late' });
        }
      } finally {
        await close();
      }
    });

    it('do not wait for the one whose row somebody else is writing', async () => {
      const { database, close } = await openTestPostgres();
      try {
        const store = new SqlSagaStore(database);
        const held = await createAll(store);
        let locked: () => void = () => undefined;
        const writes = new Promise<void>((resume) => (locked = resume)).then(() => {
          const [first, ...others] = held.map((each) => store.append(each, requested));
          return { first, others };
        });
        await database.transaction(async (tx) => {
          await tx.query("UPDATE saga_execution_log SET error_message = NULL WHERE saga_id = 's1'");
          locked();
          await Promise.all((await writes).others);
          expect(await store.find('s1', tx)).toMatchObject({ journal: { length: 2 } });
        });
        await (
          await writes
        ).first;
        expect(await store.find('s1')).toMatchObject({ journal: { length: 3 } });
      } finally {
        await close();
      }
    });

    it('are not spoiled by one that cannot be written', async () => {
      const { database, close } = await openTestPostgres();
      try {
        const store = new SqlSagaStore(database);
        const held = await createAll(store);
        const ends = await Promise.allSettled(
          // PostgreSQL keeps no NUL in a JSON.
          held.map((each) => store.append(each, (atMs) => requested(atMs, each.sagaId === 's3' ? '\0' : 'so'))),
        );
        expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
        const lengths = await Promise.all(sagas.map(async ({ sagaId }) => (await store.find(sagaId))?.journal.length));
        expect(lengths).toEqual([3, 3, 2, 3]);
      } finally {
        await close();
      }
    });

    it('tell the one that was lost, and the one that exists already', async () => {
      const { database, close } = await openTestPostgres();
      try {
        const store = new SqlSagaStore(database);
        const held = await createAll(store);
        const lost = held.map((each) => (each.sagaId === 's2' ? { ...each, owner: 'another' } : each));
        const ends = await Promise.allSettled(lost.map((each) => store.append(each, requested)));
        expect(ends.map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : 'ok'))).toEqual([
          ...['ok', 'saga_lease_lost', 'ok', 'ok'],
        ]);
        // The same new one twice, in one list.
        const twice = await Promise.all(
          ['first', 'second'].map((owner) => store.create({ ...saga, sagaId: 's6' }, terms(owner))),
        );
        expect(twice.filter((each) => each !== undefined)).toHaveLength(1);
        expect((await store.find('s6'))?.journal).toHaveLength(2);
        const again = await Promise.allSettled([
          store.create({ ...saga, sagaId: 's5' }, terms('first')),
          store.create({ ...saga, sagaId: 's1' }, terms('first')),
          store.create({ ...saga, sagaId: 's1', input: { other: true } }, terms('first')),
        ]);
        expect(again).toMatchObject([
          ...[{ value: { sagaId: 's5', epoch: 1 } }, { value: undefined }, { reason: { code: 'saga_exists' } }],
        ]);
      } finally {
        await close();
      }
    });
  });
});
