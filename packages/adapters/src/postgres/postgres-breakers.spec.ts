import { breakerPolicy } from '@eros/domain';
import { SqlBreakerStore } from '../sql/breaker-store.js';
import { attended } from '../testing/attended-database.js';
import { asSuperuser, openTestPostgres } from '../testing/test-postgres.js';
import { PostgresDatabase } from './postgres-database.js';

const policy = breakerPolicy('pay', { failureThreshold: 100 });
const failure = { type: 'settle', outcome: 'failure', ticket: { generation: 1 } } as const;
const WAITING = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

describe('breakers on PostgreSQL', () => {
  it('count every failure, also when another process makes the row between the lock and the reading', async () => {
    const { database, url, close } = await openTestPostgres();
    const other = await PostgresDatabase.open({ url });
    try {
      const others: Promise<unknown>[] = [];
      const failElsewhere = async () => {
        let isDone = false;
        const counted = new SqlBreakerStore(other).dispatch('pay', failure, policy).finally(() => (isDone = true));
        others.push(counted);
        // Until it is counted, or waits for the row.
        while (!isDone && (await asSuperuser(url, WAITING))[0]?.rowCount === 0);
      };
      const ours = new SqlBreakerStore(
        attended(database, async (sql) => {
          const isLocking = sql.includes('SET name = name');
          const isReading = sql.includes('FROM circuit_breaker_state');
          if ((isLocking && others.length === 0) || (isReading && others.length === 1)) await failElsewhere();
        }),
      );
      await ours.dispatch('pay', failure, policy);
      await Promise.all(others);
      expect(others).toHaveLength(2);
      expect((await ours.read('pay')).breaker).toMatchObject({ failureCount: 3 });
    } finally {
      await other.close();
      await close();
    }
  });

  it('are read while works hold every connection of the pool: the database is not away, it is only busy', async () => {
    const { database, close } = await openTestPostgres({ poolSize: 1, connectionTimeoutMs: 300 });
    const store = new SqlBreakerStore(database);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resume) => (letGo = resume));
    try {
      await store.dispatch('pay', failure, policy);
      const work = database.transaction(() => held);
      await expect(database.on().all('SELECT 1')).rejects.toMatchObject({ fault: 'pool_exhausted' });
      expect((await store.read('pay')).breaker).toMatchObject({ failureCount: 1 });
      const { breakers, atMs } = await store.readAll();
      expect([[...breakers.keys()], Number.isSafeInteger(atMs)]).toEqual([['pay'], true]);
      letGo();
      await work;
    } finally {
      letGo();
      await close();
    }
  });
});
