import type { HeldSaga, NewSaga, SagaEvent, SagaState } from '@eros/domain';
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
      const { lease } = (await store.find('s1')) ?? {};
      expect(lease?.untilMs).toBeGreaterThan((await write).nowMs + 3_600_000);
    } finally {
      await close();
    }
  });
});
