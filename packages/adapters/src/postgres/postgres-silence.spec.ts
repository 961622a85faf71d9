import { DatabaseUnavailableError } from '@eros/domain';
import { createTestDatabase } from '../testing/test-postgres.js';
import { PostgresDatabase } from './postgres-database.js';

interface Proxy {
  readonly url: string;
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}
/** The tool is a module that Jest cannot require. */
const proxyTo = async (url: string): Promise<Proxy> => {
  const { freezableProxy } = (await import('../../../../tools/freezable-proxy.mjs')) as {
    freezableProxy(url: string): Promise<Proxy>;
  };
  return freezableProxy(url);
};

const faultOf = async (attempt: Promise<unknown>): Promise<unknown> => {
  const error = await attempt.catch((caught: unknown) => caught);
  return error instanceof DatabaseUnavailableError ? error.fault : error;
};

describe('a PostgreSQL server that does not answer any more', () => {
  let made: Awaited<ReturnType<typeof createTestDatabase>>;
  let proxy: Proxy;
  let database: PostgresDatabase;
  beforeEach(async () => {
    made = await createTestDatabase({ isEmpty: true });
    proxy = await proxyTo(made.url);
    database = await PostgresDatabase.open({ url: proxy.url, statementTimeoutMs: 100, connectionTimeoutMs: 1_000 });
    await database.apart.all('SELECT 1');
  });
  afterEach(async () => {
    database.giveUp();
    await database.close();
    await proxy.close();
    await made.drop();
  });

  it('is unreachable some seconds after the limit of a statement: outside, apart, and in a transaction', async () => {
    await expect(database.on().all('SELECT pg_sleep(1)')).rejects.toMatchObject({ fault: 'statement_timeout' });
    await Promise.all(['SELECT 1', 'SELECT 2'].map((sql) => database.on().all(sql))); // two idle connections
    const asked: Promise<unknown>[] = [];
    let isFrozen: () => void = () => undefined;
    const frozen = new Promise<void>((resume) => (isFrozen = resume));
    asked.push(
      database.transaction(async (tx) => {
        await tx.query('SELECT 1');
        proxy.freeze();
        isFrozen();
        await tx.query('SELECT 2');
      }),
    );
    await frozen;
    asked.push(database.on().all('SELECT 1'), database.apart.all('SELECT 1'));
    expect(await Promise.all(asked.map(faultOf))).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(['unreachable', 'pool_exhausted']).toContain(await faultOf(database.on().all('SELECT 1')));
    // Those connections are of no use any more; others are made as soon as that is possible.
    proxy.thaw();
    for (const session of [database.on(), database.apart]) {
      expect(await session.all('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    }
  });

  it('keeps nobody waiting who gives it up, not even for the end of the connections', async () => {
    const asked = ['SELECT 1', 'SELECT 2'].map((sql) => database.on().all(sql));
    await Promise.all(asked); // two idle connections
    proxy.freeze();
    const waiting = faultOf(database.on().all('SELECT 1'));
    const apart = faultOf(database.apart.all('SELECT 1'));
    const closing = database.close();
    const beganAtMs = performance.now();
    database.giveUp();
    await closing;
    expect(await Promise.all([waiting, apart])).toEqual(['unreachable', 'unreachable']);
    expect(performance.now() - beganAtMs).toBeLessThan(2_000);
  });
});
