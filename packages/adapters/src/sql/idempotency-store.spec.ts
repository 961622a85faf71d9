import { storedKeyOf } from '@eros/domain';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { openTestSqlite } from '../testing/each-database.js';
import { SqlIdempotencyStore } from './idempotency-store.js';

const AT_MS = Date.UTC(2026, 0, 5, 12);
const id = { operation: 'plan:week', key: 'c1' };
const claim = { type: 'claim', owner: 'ann', paramsHash: 'hash', leaseMs: 30_000, ttlMs: 3_600_000 } as const;

describe('timing_idempotency', () => {
  const clock = { atMs: AT_MS, nowMs: () => clock.atMs };
  let database: SqliteDatabase;
  let store: SqlIdempotencyStore;
  let close: () => Promise<void>;

  beforeEach(async () => {
    clock.atMs = AT_MS;
    ({ database, close } = await openTestSqlite({ clock }));
    store = new SqlIdempotencyStore(database);
  });
  afterEach(() => close());

  const rows = () => database.on().all<Record<string, unknown>>('SELECT * FROM timing_idempotency');
  const insertAsPredecessor = (key: string, result: string | null, expiresAt: string) =>
    database.on().run(
      `INSERT INTO timing_idempotency (operation_key, operation_name, params_hash, result, executed_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
      [key, 'plan', 'hash', result, '2026-01-05 11:30:00', expiresAt],
    );

  it('keeps the documented columns in their meaning', async () => {
    const decision = await store.dispatch(id, claim);
    if (decision.type !== 'accepted' || decision.event.type !== 'claimed') throw new Error(decision.type);
    clock.atMs += 5;
    const { epoch } = decision.event;
    await store.dispatch(id, { type: 'complete', owner: 'ann', epoch, json: '{"id":1}', ttlMs: 3_600_000 });

    expect(await rows()).toEqual([
      {
        operation_key: 'plan%3Aweek:c1',
        operation_name: 'plan:week',
        params_hash: 'hash',
        result: '{"id":1}',
        executed_at: '2026-01-05T12:00:00.005Z',
        expires_at: '2026-01-05T13:00:00.005Z',
        status: 'completed',
        owner: null,
        epoch: AT_MS,
        claimed_at: '2026-01-05T12:00:00.000Z',
        lease_until: null,
        error: null,
        version: 2,
      },
    ]);
  });

  it('replays what the predecessor stored, until it expires', async () => {
    await insertAsPredecessor(storedKeyOf(id), '{"id":7}', '2026-01-05 12:00:01');

    expect(await store.lookup(id)).toMatchObject({ status: 'completed', value: { id: 7 }, fence: 0 });
    expect(await store.dispatch(id, claim)).toMatchObject({ type: 'replayed' });
    clock.atMs += 1_000;
    expect(await store.dispatch(id, claim)).toMatchObject({ type: 'accepted' });
  });

  it("does not sweep the predecessor's rows before their time, whose text sorts before ours", async () => {
    await insertAsPredecessor('old', null, '2026-01-05 11:59:59');
    await insertAsPredecessor('fresh', null, '2026-01-05 12:00:01');

    expect(await store.sweep()).toBe(1);
    expect(await rows()).toMatchObject([{ operation_key: 'fresh' }]);
  });

  it.each([
    ['expires_at', 'soon', '"soon"'],
    ['result', '{', 'not JSON'],
    ['epoch', 'x', '"x"'],
  ])('says which row cannot be read when %s is %s, and leaves it', async (column, value, given) => {
    await insertAsPredecessor(storedKeyOf(id), '1', '2026-01-05 11:00:00');
    await database.on().run(`UPDATE timing_idempotency SET ${column} = ?`, [value]);

    const refusal = {
      code: 'unreadable_operation',
      storedKey: 'plan%3Aweek:c1',
      column,
      given: expect.stringContaining(given),
    };
    await expect(store.dispatch(id, claim)).rejects.toMatchObject(refusal);
    await expect(store.lookup(id)).rejects.toMatchObject(refusal);
    expect(await store.sweep()).toBe(0);
  });

  it('sweeps what lies behind rows that cannot be read, as many as it is asked to', async () => {
    for (const key of ['bad-1', 'bad-2']) await insertAsPredecessor(key, '{', '2026-01-05 11:00:00');
    await database.on().run("UPDATE timing_idempotency SET version = 'x', result = '1' WHERE operation_key = 'bad-2'");
    for (const key of ['a', 'b', 'c']) await insertAsPredecessor(key, '1', '2026-01-05 11:30:00');

    expect([await store.sweep(2), await store.sweep(2), await store.sweep(2)]).toEqual([2, 1, 0]);
    expect(await rows()).toMatchObject([{ operation_key: 'bad-1' }, { operation_key: 'bad-2' }]);
  });

  it('answers at once what is in the way of a claim, though another one writes and never ends', async () => {
    await store.dispatch(id, claim);
    const elsewhere = await SqliteDatabase.open({ path: database.path, clock });
    let end: () => void = () => undefined;
    let held: Promise<unknown> | undefined;
    await new Promise<void>((begun) => {
      held = database.transaction(async () => {
        begun();
        await new Promise<void>((resume) => (end = resume));
      });
    });
    for (const here of [database, elsewhere]) {
      const stranger = new SqlIdempotencyStore(here); // which has not met the key
      expect(await stranger.dispatch(id, { ...claim, owner: 'bob' })).toMatchObject({ type: 'in_progress' });
    }
    end();
    await held;
    await elsewhere.close();
  });

  it('renews behind one transaction at most, also when the clock is to be stored first', async () => {
    const decision = await store.dispatch(id, claim);
    if (decision.type !== 'accepted' || decision.event.type !== 'claimed') throw new Error(decision.type);
    const { epoch } = decision.event;
    const order: string[] = [];
    const works = ['1', '2', '3'].map((name) =>
      database.transaction(async (tx) => {
        await tx.query('SELECT 1');
        clock.atMs += 10_000; // longer than the stored clock may lag
        order.push(name);
      }),
    );
    const renewal = store
      .dispatch(id, { type: 'renew', owner: 'ann', epoch, leaseMs: 30_000, ttlMs: 3_600_000 })
      .then(({ type }) => order.push(type));
    await Promise.all([...works, renewal]);
    expect(order).toEqual(['1', 'accepted', '2', '3']);
  });

  it('renews by one statement, so that many leases are renewed by one connection', async () => {
    const decision = await store.dispatch(id, claim);
    if (decision.type !== 'accepted' || decision.event.type !== 'claimed') throw new Error(decision.type);
    const transactions = jest.spyOn(database, 'transaction');
    const { epoch } = decision.event;
    clock.atMs += 5;
    const renewed = await store.dispatch(id, { type: 'renew', owner: 'ann', epoch, leaseMs: 30_000, ttlMs: 3_600_000 });
    expect(renewed).toMatchObject({ type: 'accepted' });
    expect(await rows()).toMatchObject([{ lease_until: '2026-01-05T12:00:30.005Z' }]);
    expect(transactions).not.toHaveBeenCalled();
    // One that is lost takes longer to find out; it goes ahead of others, too.
    const late = await store.dispatch(id, { type: 'renew', owner: 'ben', epoch, leaseMs: 30_000, ttlMs: 3_600_000 });
    expect(late).toMatchObject({ type: 'stale' });
    expect(transactions.mock.calls.map(([, options]) => options?.apart)).toEqual([true]);
  });

  it('leaves the stored clock at most a quarter of a second behind what it wrote, however often it writes', async () => {
    const write = async (key: string) => store.dispatch({ ...id, key }, claim);
    const stored = async () => (await database.on().all<{ at_ms: number }>('SELECT at_ms FROM eros_clock'))[0]?.at_ms;
    const seen: (number | undefined)[] = [];
    for (const afterMs of [0, 100, 250, 251, 400, 10_000]) {
      clock.atMs = AT_MS + afterMs;
      expect(await write(`after ${afterMs}`)).toMatchObject({ event: { claimedAtMs: clock.atMs } });
      seen.push(await stored());
    }
    expect(seen).toEqual([0, 0, 0, 251, 251, 10_000].map((ms) => AT_MS + ms));
  });

  it('decides again when another connection was faster: the row it read is replaced by compare-and-swap', async () => {
    await store.dispatch(id, claim);
    clock.atMs += 30_000;
    // A second database over the first, whose statements let another owner take over right after the row is read.
    let isFirst = true;
    const racing = new SqlIdempotencyStore({
      transaction: (work, options) => database.transaction(work, options),
      nowMs: (tx) => database.nowMs(tx),
      clock: () => database.clock(),
      isInsideTransaction: () => database.isInsideTransaction(),
      close: () => database.close(),
      giveUp: () => database.giveUp(),
      apart: database.apart,
      dialect: database.dialect,
      changes: database.changes,
      on: (tx) => {
        const session = database.on(tx);
        return {
          run: (sql, params) => session.run(sql, params),
          returning: (statement) => session.returning(statement),
          writeNow: (statement) => session.writeNow(statement),
          writeNowIfFree: (statement) => session.writeNowIfFree(statement),
          all: async <Row>(sql: string, params?: readonly unknown[]) => {
            const found = await session.all<Row>(sql, params);
            if (tx && isFirst) {
              isFirst = false;
              await store.dispatch(id, { ...claim, owner: 'eve' }, tx);
            }
            return found;
          },
        };
      },
    });

    expect(await racing.dispatch(id, { ...claim, owner: 'bob' })).toMatchObject({ type: 'in_progress' });
    expect(await rows()).toMatchObject([{ owner: 'eve' }]);
  });
});
