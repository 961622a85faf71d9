import { MemoryCreatorStore, MemoryDatabase, MemoryOperationLog, MemoryRotationStore } from '@eros/adapters';
import type { Operation, RotationPattern } from '@eros/domain';
import { Rotations } from './rotations.js';

const START_MS = Date.UTC(2026, 5, 1, 20);
const DAY_MS = 86_400_000;
const pattern: RotationPattern = {
  content_types: ['b_g', 'solo', 'toy'],
  sequence_type: 'weighted_random',
  weights: { b_g: 0.4, solo: 0.3, toy: 0.3 },
  cycle_length_days: 7,
  avoid_repeat_within: 2,
};
const next: RotationPattern = {
  ...pattern,
  content_types: ['toy', 'feet', 'b_g'],
  sequence_type: 'round_robin',
  weights: {},
};

describe('rotations', () => {
  const clock = { atMs: START_MS, nowMs: () => clock.atMs };
  let database: MemoryDatabase;
  let rotations: Rotations;
  let store: MemoryRotationStore;
  let operations: MemoryOperationLog;
  beforeEach(async () => {
    clock.atMs = START_MS;
    database = new MemoryDatabase(clock);
    const creators = new MemoryCreatorStore(database);
    store = new MemoryRotationStore(database);
    operations = new MemoryOperationLog(database);
    rotations = new Rotations({ creators, rotations: store, operations, unitOfWork: database, clock });
    const creator = {
      creatorId: 'c-1',
      pageName: 'amber',
      displayName: 'Amber',
      pageType: 'paid',
      fanCount: 9,
    } as const;
    await creators.save({ ...creator, timeZone: 'America/Los_Angeles', isActive: true }, START_MS);
  });
  afterEach(() => database.close());
  const logged = async (): Promise<string[]> =>
    (await operations.list({ creatorId: 'c-1' })).map(({ type }) => type).reverse();

  it('live from their start through pause, resume and change, each move with its row in the log', async () => {
    expect(await rotations.get('c-1')).toBeUndefined();
    const shares = { b_g: 0.4, solo: 0.3, toy: 0.3 };
    const started = { creatorId: 'c-1', state: 'active', pattern, shares, adjustments: [], position: 0, version: 1 };
    expect(await rotations.start('c-1', pattern)).toEqual({
      ...started,
      patternStart: new Date(START_MS),
      daysOnPattern: 0,
    });
    clock.atMs += DAY_MS;
    expect(await rotations.pause('c-1')).toMatchObject({ state: 'paused', daysOnPattern: 1, version: 2 });
    clock.atMs += 3 * DAY_MS;
    expect(await rotations.resume('c-1')).toMatchObject({ state: 'active', daysOnPattern: 1, version: 3 });
    expect(await rotations.rotate('c-1')).toMatchObject({ state: 'rotating', pattern, version: 4 });
    clock.atMs += DAY_MS;
    expect(await rotations.rotate('c-1', next)).toMatchObject({
      state: 'active',
      pattern: next,
      daysOnPattern: 0,
      version: 5,
    });
    expect(await rotations.get('c-1')).toMatchObject({ patternStart: new Date(clock.atMs), version: 5 });
    expect(await logged()).toEqual([
      'rotation_started',
      'rotation_paused',
      'rotation_resumed',
      'rotation_rotated',
      'rotation_rotated',
    ]);
  });

  it('count days on reading, and never renew on it', async () => {
    await rotations.start('c-1', pattern);
    clock.atMs += 30 * DAY_MS;
    expect(await rotations.get('c-1')).toMatchObject({
      daysOnPattern: 30,
      patternStart: new Date(START_MS),
      version: 1,
    });
  });

  it('draw what they have shown, and show without taking', async () => {
    await rotations.start('c-1', pattern);
    const shown = await rotations.preview('c-1', 6);
    expect(await rotations.preview('c-1', 3)).toEqual(shown.slice(0, 3));
    expect([...(await rotations.draw('c-1', 2)), ...(await rotations.draw('c-1', 4))]).toEqual(shown);
    expect(await rotations.get('c-1')).toMatchObject({ position: 6, version: 3 });
    const [last] = (await operations.list({ type: 'rotation_drawn' })) as [Operation];
    expect(last.details).toEqual({ patternStart: '2026-06-01T20:00:00.000Z', from: 2, to: 6, slots: shown.slice(2) });
  });

  it('hand every slot out once, however many draw at a time', async () => {
    await rotations.start('c-1', pattern);
    const shown = await rotations.preview('c-1', 20);
    const drawn = await Promise.all(Array.from({ length: 10 }, () => rotations.draw('c-1', 2)));
    expect(drawn.flat()).toEqual(shown);
  });

  it('refuse moves that the state does not allow, and say which it does', async () => {
    const refusals = [
      () => rotations.pause('c-1'),
      () => rotations.resume('c-1'),
      () => rotations.rotate('c-1', next),
      () => rotations.draw('c-1', 1),
      () => rotations.preview('c-1', 1),
    ];
    for (const refused of refusals) {
      await expect(refused()).rejects.toMatchObject({
        code: 'invalid_transition',
        from: 'none',
        allowed: ['active (by start)'],
      });
    }
    await rotations.start('c-1', pattern);
    await expect(rotations.start('c-1', next)).rejects.toThrow(
      'rotation of "c-1" is active and cannot become active: it can become paused (by pause), rotating (by rotate), active with a next pattern (by rotate)',
    );
    expect(await logged()).toEqual(['rotation_started']);
  });

  it('refuse creators that nobody knows, patterns that cannot be kept, and counts that are none', async () => {
    for (const call of [
      () => rotations.get('c-9'),
      () => rotations.start('c-9', pattern),
      () => rotations.draw('c-9', 1),
      () => rotations.preview('c-9', 1),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'unknown_creator', creatorId: 'c-9' });
    }
    const lopsided = { ...pattern, weights: { b_g: 0.8, solo: 0.1, toy: 0.1 } };
    await expect(rotations.start('c-1', lopsided)).rejects.toMatchObject({
      code: 'invalid_pattern',
      field: 'weights.b_g',
    });
    await rotations.start('c-1', pattern);
    await expect(rotations.rotate('c-1', lopsided)).rejects.toMatchObject({ code: 'invalid_pattern' });
    for (const count of [0, -1, 1.5, NaN, 10_001]) {
      await expect(rotations.draw('c-1', count)).rejects.toMatchObject({ code: 'invalid_settings', setting: 'count' });
    }
    expect(await rotations.get('c-1')).toMatchObject({ pattern, version: 1 });
  });

  it('say what is served of a stored pattern that cannot be kept', async () => {
    const stored = { ...pattern, weights: { b_g: 0.8, solo: 0.1, toy: 0.1 } };
    await store.save(
      {
        creatorId: 'c-1',
        state: 'active',
        pattern: stored,
        patternStartMs: START_MS,
        drawsBefore: [],
        position: 0,
        pausedDays: 0,
      },
      { expectedVersion: 0, atMs: START_MS, daysOnPattern: 0 },
    );
    expect(await rotations.get('c-1')).toMatchObject({
      pattern: stored,
      shares: { b_g: 0.5, solo: 0.25, toy: 0.25 },
      adjustments: [{ type: 'share_capped', contentType: 'b_g', stored: 0.8, served: 0.5 }],
    });
  });

  it('change nothing when the log cannot be written, and join no transaction they were not handed', async () => {
    await rotations.start('c-1', pattern);
    jest.spyOn(operations, 'append').mockRejectedValue(new Error('log is full'));
    await expect(rotations.draw('c-1', 3)).rejects.toThrow('log is full');
    await expect(rotations.pause('c-1')).rejects.toThrow('log is full');
    expect(await rotations.get('c-1')).toMatchObject({ state: 'active', position: 0, version: 1 });
    const nested = database.transaction(() => rotations.draw('c-1', 1));
    await expect(nested).rejects.toMatchObject({ code: 'nested_transaction' });
  });
});
