import { LEGACY_PATTERN } from '@eros/domain';
import { legacyRotations } from '../migrations/legacy-rotations.js';
import { openTestSqlite } from '../testing/each-database.js';
import { SqlRotationStore } from './rotation-store.js';

const LEGACY_JSON = '{"pattern_index": 1, "position": 6}';

describe('a rotation that others wrote', () => {
  let test: Awaited<ReturnType<typeof openTestSqlite>>;
  let store: SqlRotationStore;
  beforeEach(async () => {
    test = await openTestSqlite();
    store = new SqlRotationStore(test.database);
  });
  afterEach(() => test.close());

  const insert = (creatorId: string, state: string | null, pattern: string, start = '2025-12-15') =>
    test.database.on().run(
      `INSERT INTO creator_rotation_state (creator_id, rotation_pattern, pattern_start_date, current_state, updated_at)
       VALUES (?, ?, ?, ?, '2025-12-17 08:00:00')`,
      [creatorId, pattern, start, state],
    );
  const shared = { pattern: LEGACY_PATTERN, position: 6, drawsBefore: [], pausedDays: 0, legacyPattern: LEGACY_JSON };

  it('is adopted on reading, with its position, its day and its JSON', async () => {
    await insert('c-1', 'ROTATION_PENDING', LEGACY_JSON);
    await insert('c-2', 'ERROR', LEGACY_JSON, '2025-12-15T10:00:00');
    expect(await store.load('c-1')).toEqual({
      value: { ...shared, creatorId: 'c-1', state: 'active', patternStartMs: Date.UTC(2025, 11, 15, 12) },
      version: 1,
    });
    expect((await store.load('c-2'))?.value).toMatchObject({ state: 'paused', pausedAtMs: Date.UTC(2025, 11, 17, 8) });
    expect((await store.listActive()).map(({ value }) => value.creatorId)).toEqual(['c-1']);
  });

  it('is translated by the migration, once, into what reading made of it', async () => {
    await insert('c-1', 'PATTERN_ACTIVE', LEGACY_JSON);
    await insert('c-2', 'ERROR', LEGACY_JSON);
    await insert('c-3', 'SLEEPING', LEGACY_JSON);
    const before = [await store.load('c-1'), await store.load('c-2')];
    const found = { tables: new Map(), indexes: new Map(), views: new Map() };
    expect(await legacyRotations.count(test.database.on(), found)).toBe(2);
    await test.database.transaction((tx) => legacyRotations.apply(test.database.on(tx), found, Date.UTC(2026, 0, 1)));
    expect(await legacyRotations.count(test.database.on(), found)).toBe(0);
    expect([await store.load('c-1'), await store.load('c-2')]).toEqual(before);
    const sql =
      'SELECT current_state, legacy_pattern, rotation_pattern FROM creator_rotation_state ORDER BY creator_id';
    const rows = await test.database.on().all(sql);
    expect(rows[0]).toEqual({
      current_state: 'active',
      legacy_pattern: LEGACY_JSON,
      rotation_pattern: JSON.stringify(LEGACY_PATTERN),
    });
    expect(rows[2]).toMatchObject({ current_state: 'SLEEPING', rotation_pattern: LEGACY_JSON });
  });

  it('is written over like one of ours', async () => {
    await insert('c-1', 'ROTATING', LEGACY_JSON);
    const { value, version } = (await store.load('c-1')) ?? { value: undefined, version: 0 };
    if (!value) throw new Error('not adopted');
    await store.save(
      { ...value, position: 7 },
      { expectedVersion: version, atMs: Date.UTC(2026, 0, 1), daysOnPattern: 17 },
    );
    expect(await store.load('c-1')).toEqual({ value: { ...value, position: 7 }, version: 2 });
    const [row] = await test.database.on().all('SELECT * FROM creator_rotation_state');
    expect(row).toMatchObject({
      days_on_pattern: 17,
      updated_at: '2026-01-01T00:00:00.000Z',
      legacy_pattern: LEGACY_JSON,
    });
  });

  it('in the documented form is read as it stands', async () => {
    const pattern = { ...LEGACY_PATTERN, sequence_type: 'weighted_random', avoid_repeat_within: 9 };
    await insert('c-1', 'active', JSON.stringify(pattern), '2025-12-15 10:00:00');
    expect((await store.load('c-1'))?.value).toMatchObject({
      state: 'active',
      pattern,
      patternStartMs: Date.UTC(2025, 11, 15, 10),
    });
    await insert('c-2', null, JSON.stringify(pattern));
    expect((await store.load('c-2'))?.value.state).toBe('initializing');
  });

  it.each([
    ['no JSON', 'active', 'solo, toy', '2025-12-15', 'rotation_pattern'],
    ['no pattern', 'active', '{}', '2025-12-15', 'content_types'],
    ['a state nobody knows', 'asleep', JSON.stringify(LEGACY_PATTERN), '2025-12-15', 'current_state'],
    ['no beginning', 'active', JSON.stringify(LEGACY_PATTERN), 'Monday', 'pattern_start_date'],
  ])(
    'with %s is refused, naming the creator and the column, and stays as it is',
    async (_, state, pattern, start, field) => {
      await insert('c-1', state, pattern, start);
      await expect(store.load('c-1')).rejects.toMatchObject({
        code: 'invalid_pattern',
        message: expect.stringContaining(`creator_rotation_state of "c-1": ${field}`),
      });
    },
  );
});
