import { isErosError } from '@eros/domain';
import { MemorySagaStore } from './memory/saga-store.js';
import { SqlSagaStore } from './sql/saga-store.js';
import { eachDatabase, type TestDatabase } from './testing/each-database.js';

const HASH = 'hash-1';
const terms = { owner: 'node-1', leaseMs: 1_000, recoveriesMax: 2 };

/** As a later version would have written it. */
async function annotate(test: TestDatabase): Promise<void> {
  const entry = '{"type":"annotated","atMs":0}';
  if (test.kind === 'memory') {
    const { database } = test;
    return database.write(undefined, (session) => session.table('saga_journal').set('s1#1', { json: entry }));
  }
  const sql = 'UPDATE saga_journal SET entry = ? WHERE saga_id = ? AND seq = 1';
  await test.database.transaction((tx) => test.database.on(tx).run(sql, [entry, 's1']));
}

eachDatabase((open) => {
  it('a saga whose journal has no meaning here is told apart from other trouble, and is in nobody’s way', async () => {
    const test = await open();
    const store = test.kind === 'memory' ? new MemorySagaStore(test.database) : new SqlSagaStore(test.database);
    const definition = { name: 'any', version: 1, hash: HASH };
    for (const sagaId of ['s1', 's2']) {
      await store.create({ sagaId, creatorId: 'c', definition, input: null }, undefined);
    }
    await annotate(test);
    expect(await store.claimable([HASH], 9)).toEqual(['s1', 's2']);
    const why = { by: 'op', reason: 'test' };
    const refused = [
      store.claim('s1', terms, [HASH]),
      store.find('s1'),
      store.request('s1', { type: 'cancel', ...why }),
    ];
    for (const attempt of refused) {
      const error: unknown = await attempt.catch((thrown: unknown) => thrown);
      expect(isErosError(error, 'unreadable_saga')).toBe(true);
      expect(error).toMatchObject({ sagaId: 's1', seq: 1 });
    }
    expect(await store.claim('s2', terms, [HASH])).toMatchObject({ sagaId: 's2', epoch: 1 });
    await test.close();
  });
});
