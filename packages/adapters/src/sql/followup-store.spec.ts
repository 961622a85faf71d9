import { openTestSqlite } from '../testing/each-database.js';
import { SqlFollowupStore } from './followup-store.js';

describe('follow-ups that others wrote', () => {
  let test: Awaited<ReturnType<typeof openTestSqlite>>;
  let store: SqlFollowupStore;
  beforeEach(async () => {
    test = await openTestSqlite();
    store = new SqlFollowupStore(test.database);
  });
  afterEach(() => test.close());

  const insert = (parentTime: string, followupTime: string) =>
    test.database.on().run(
      `INSERT INTO ppv_followup_tracking (creator_id, parent_ppv_id, parent_time, followup_time, gap_minutes, ppv_type)
       VALUES ('c-1', 'p-1', ?, ?, 20, 'flash_bundle')`,
      [parentTime, followupTime],
    );

  it('may stand twice, are read as sent, and count on the day of their parent', async () => {
    await insert('2026-11-22 23:59:59', '2026-11-23 00:19:59');
    await insert('2026-11-22 23:59:59', '2026-11-23 00:19:59');
    await insert('2026-11-23T00:00:00.000Z', '2026-11-23T00:20:00.000Z');
    const found = await store.ofParent({ creatorId: 'c-1', parentPpvId: 'p-1' });
    expect(found).toHaveLength(3);
    expect(found[0]?.followup).toEqual({
      creatorId: 'c-1',
      parentPpvId: 'p-1',
      parentMs: Date.UTC(2026, 10, 22, 23, 59, 59),
      followupMs: Date.UTC(2026, 10, 23, 0, 19, 59),
      ppvType: 'flash_bundle',
      status: 'sent',
    });
    const midnightMs = Date.UTC(2026, 10, 23);
    const count = (fromMs: number, untilMs: number) => store.countOfParents({ creatorId: 'c-1', fromMs, untilMs });
    expect(await count(midnightMs - 86_400_000, midnightMs)).toBe(2);
    expect(await count(midnightMs, midnightMs + 86_400_000)).toBe(1);
  });

  it('stand beside ours, whose flag always fits their gap', async () => {
    const parentMs = Date.UTC(2026, 10, 22, 12);
    const facts = { creatorId: 'c-1', parentMs, ppvType: 'wall', status: 'sent' } as const;
    for (const [parentPpvId, gapMs] of [
      ['a', 899_999],
      ['b', 900_000],
      ['c', 2_700_000],
      ['d', 2_700_001],
    ] as const) {
      await store.insert({ ...facts, parentPpvId, followupMs: parentMs + gapMs }, parentMs);
    }
    const rows = await test.database
      .on()
      .all<{ gap_minutes: number; is_optimal_window: number }>(
        'SELECT gap_minutes, is_optimal_window FROM ppv_followup_tracking ORDER BY parent_ppv_id',
      );
    expect(rows.map((row) => row.is_optimal_window)).toEqual([0, 1, 1, 0]);
    expect(rows.map((row) => row.gap_minutes >= 15 && row.gap_minutes <= 45)).toEqual([false, true, true, false]);
  });
});
