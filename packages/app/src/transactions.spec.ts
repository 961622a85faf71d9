import { openEngine, type OpenOptions } from './testing/open-engine.js';
import { isOnPostgres } from './testing/postgres.js';
import { numbered, query } from './testing/query.js';
import type { Eros } from './eros.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };
const INSERT =
  "INSERT INTO creators (creator_id, page_name, display_name, page_type) VALUES ('c-2', 'bea', 'Bea', 'free')";
const NAMES = 'SELECT creator_id FROM creators ORDER BY creator_id';

const KINDS = isOnPostgres() ? (['PostgreSQL'] as const) : (['sqlite3', 'better-sqlite3', ':memory:'] as const);

describe.each(KINDS)('eros.transaction on %s', (kind) => {
  let eros: Eros;
  let close: () => Promise<void>;
  const open = async (options: OpenOptions = {}): Promise<void> => {
    if (kind === 'better-sqlite3' || kind === ':memory:') options = { ...options, driver: 'better-sqlite3' };
    if (kind === ':memory:') options = { ...options, path: kind };
    ({ eros, close } = await openEngine(options));
    await eros.data.importCreators([CREATOR]);
  };
  beforeEach(() => open());
  afterEach(() => close());

  it('commits all of it and gives back what the work returns', async () => {
    const rows = await eros.transaction(async (tx) => {
      expect(await tx.query(INSERT)).toEqual([]);
      return tx.query(NAMES);
    });
    expect(rows).toEqual([{ creator_id: 'c-1' }, { creator_id: 'c-2' }]);
    expect(await query(eros, NAMES)).toEqual(rows);
    expect(await query(eros, 'SELECT page_type FROM creators WHERE creator_id = ?', ['c-2'])).toEqual([
      { page_type: 'free' },
    ]);
  });

  it('takes all of it back when the work fails, and passes its error on', async () => {
    const failed = eros.transaction(async (tx) => {
      await tx.query(INSERT);
      throw new RangeError('no');
    });
    await expect(failed).rejects.toThrow(RangeError);
    expect(await query(eros, NAMES)).toEqual([{ creator_id: 'c-1' }]);
  });

  it('takes all of it back when it takes too long; its handle reaches nothing any more', async () => {
    await close();
    await open({ transactionTimeoutMs: 1_000 });
    let triedLater: (outcome: Promise<unknown>) => void = () => undefined;
    const late = new Promise((resolve) => (triedLater = resolve));
    const slow = eros.transaction(async (tx) => {
      await tx.query(INSERT);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      triedLater(tx.query("UPDATE creators SET page_name = 'late'").catch((error: unknown) => error));
      await late;
    });
    await expect(slow).rejects.toMatchObject({ code: 'transaction_timeout', timeoutMs: 1_000 });
    expect(await query(eros, NAMES)).toEqual([{ creator_id: 'c-1' }]);
    expect(await late).toMatchObject({ code: 'transaction_closed' });
    expect(await query(eros, 'SELECT page_name FROM creators')).toEqual([{ page_name: 'amber' }]);
  });

  it('ends its handle with its work', async () => {
    const handle = await eros.transaction(async (tx) => tx);
    await expect(handle.query(NAMES)).rejects.toMatchObject({ code: 'transaction_closed' });
    const foreign = await openEngine();
    try {
      await foreign.eros.transaction(async (tx) => {
        const saga = eros.sagas.define({
          name: 'nothing',
          version: 1,
          steps: [{ name: 'one', execute: async () => 1 }],
        });
        const started = saga.start({ creatorId: 'c-1', input: {}, transaction: tx });
        await expect(started).rejects.toMatchObject({ code: 'foreign_transaction' });
      });
    } finally {
      await foreign.close();
    }
  });

  it('refuses engine calls inside, which would wait for it for ever, and goes on itself', async () => {
    const why = { by: 'ops', reason: 'a test' };
    const week = { creatorId: 'c-1', weekStart: '2026-11-02' };
    const calls: (() => Promise<unknown>)[] = [
      () => eros.transaction(async () => undefined),
      () => eros.schedules.planWeek(week),
      () => eros.schedules.replanWeek({ ...week, why }),
      () => eros.schedules.planFleet({ weekStart: week.weekStart, creatorIds: ['c-1'] }),
      () => eros.schedules.due({ before: new Date(0) }),
      () => eros.rotations.get('c-1'),
      () => eros.rotations.draw('c-1', 1),
      () => eros.followups.cancel(1, why),
      () => eros.data.importCreators([CREATOR]),
      () => eros.learning.measure(),
      () => eros.volumes.freeze('c-1', why),
      () => eros.reports.predictionAccuracy(),
      () => eros.idempotency.run('anything', {}, async () => 1),
      () => eros.sagas.list(),
    ];
    await eros.transaction(async (tx) => {
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'nested_transaction' });
      expect(eros.captions.score('You won! lmk', 'winner').structure).toBe('winner');
      await tx.query(INSERT);
    });
    expect(await query(eros, NAMES)).toHaveLength(2);
  });

  it('ends as if one after another, however many are asked for at once', async () => {
    const fans = 'SELECT current_active_fans AS fans FROM creators';
    const raise = () =>
      eros.transaction(
        async (tx) => {
          const [row] = await tx.query<{ fans: number }>(fans);
          const sql = 'UPDATE creators SET current_active_fans = ?';
          await tx.query(isOnPostgres() ? numbered(sql) : sql, [(row?.fans ?? 0) + 1]);
        },
        { isRepeatable: true },
      );
    await Promise.all(Array.from({ length: 25 }, raise));
    expect(await query(eros, fans)).toEqual([{ fans: 35 }]);
  });
});
