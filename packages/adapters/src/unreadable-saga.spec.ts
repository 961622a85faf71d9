import { isErosError } from '@eros/domain';
import { MemorySagaStore } from './memory/saga-store.js';
import { SqlSagaStore } from './sql/saga-store.js';
import { eachDatabase, openTestSqlite, type TestDatabase } from './testing/each-database.js';

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

/** SQLite takes any text; PostgreSQL has types for these. */
describe('a row of a saga that is damaged', () => {
  it.each([
    ['status', 'done', '"done" is no status'],
    ['steps_completed', '{"a":1}', '{"a":1} is no list'],
    ['compensation_errors', '[', 'JSON'],
    ['started_at', 'soon', '"soon" is no instant'],
    ['created_at', '', '"" is no instant'],
    ['lease_until', 'later', '"later" is no instant'],
  ])('is named, with its column, to who reads it: %s', async (column, value, problem) => {
    const { database, close } = await openTestSqlite();
    const store = new SqlSagaStore(database);
    const definition = { name: 'any', version: 1, hash: HASH };
    await store.create({ sagaId: 's1', creatorId: 'c', definition, input: null }, terms);
    await database.on().run('PRAGMA ignore_check_constraints = ON');
    await database.on().run(`UPDATE saga_execution_log SET ${column} = ?`, [value]);
    const refusal = {
      code: 'unreadable_saga',
      ...{ sagaId: 's1', column, seq: undefined },
      message: expect.stringContaining(`for its ${column} (`),
    };
    await store.create({ sagaId: 's2', creatorId: 'c', definition, input: null }, terms);
    const { sagas, unreadable } = await store.list();
    expect(sagas).toMatchObject([{ sagaId: 's2' }]);
    expect(unreadable).toMatchObject([refusal]);
    expect(unreadable[0]?.message).toContain(problem);
    await expect(store.records({ sagaIds: ['s1'] })).rejects.toMatchObject(refusal);
    await close();
  });
});
