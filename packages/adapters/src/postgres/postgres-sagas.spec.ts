import type { NewSaga } from '@eros/domain';
import { SqlSagaStore } from '../sql/saga-store.js';
import { attended } from '../testing/attended-database.js';
import { asSuperuser, openTestPostgres } from '../testing/test-postgres.js';

const saga: NewSaga = {
  sagaId: 's1',
  creatorId: 'c-1',
  definition: { name: 'book', version: 1, hash: 'hash-1' },
  input: {},
};
const terms = (owner: string) => ({ owner, leaseMs: 60_000, recoveriesMax: 5 });

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
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        while (!isSecondDone && (await asSuperuser(url, waiting))[0]?.rowCount === 0);
      };
      const first = await new SqlSagaStore(attended(database, overtaken)).claim('s1', terms('first'), ['hash-1']);
      const claims = [first, await second].filter((claim) => claim !== undefined);
      expect(claims.map(({ owner }) => owner)).toHaveLength(1);
    } finally {
      await close();
    }
  });
});
