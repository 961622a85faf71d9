import type { UnitOfWork } from '../storage/index.js';
import type { Rotation } from './rotation.js';
import type { RotationStore } from './rotation-store.js';

const AT_MS = Date.UTC(2026, 10, 22, 9, 30, 15, 250);
const active: Rotation = {
  creatorId: 'c-1',
  state: 'active',
  pattern: {
    content_types: ['b_g', 'solo', 'toy'],
    sequence_type: 'weighted_random',
    weights: { b_g: 0.5, solo: 1 / 3, toy: 1 / 6 },
    cycle_length_days: 7,
    avoid_repeat_within: 2,
  },
  patternStartMs: AT_MS - 123_456,
  drawsBefore: ['solo', 'feet'],
  position: 17,
  pausedDays: 2,
};
const write = (expectedVersion: number) => ({ expectedVersion, atMs: AT_MS, daysOnPattern: 3 });

/** What every store of rotations promises. */
export function rotationStoreContract(
  open: () => Promise<{ store: RotationStore; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('rotation store', () => {
    let store: RotationStore;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, unitOfWork, close } = await open()));
    afterEach(() => close());

    it('gives back what was saved, and nothing for a creator without a rotation', async () => {
      expect(await store.load('c-1')).toBeUndefined();
      expect(await store.save(active, write(0))).toBe(1);
      expect(await store.load('c-1')).toEqual({ value: active, version: 1 });
      expect(await store.load('c-2')).toBeUndefined();
    });

    it('keeps every state, and what an adopted row held', async () => {
      const states: Rotation[] = [
        { ...active, state: 'initializing', drawsBefore: [] },
        { ...active, state: 'rotating', legacyPattern: '{"position": 3}' },
        { ...active, state: 'paused', pausedAtMs: AT_MS + 1 },
        active,
      ];
      for (const [version, rotation] of states.entries()) {
        await store.save(rotation, write(version));
        expect(await store.load('c-1')).toEqual({ value: rotation, version: version + 1 });
      }
    });

    it('refuses a writer that read an older version, and writes nothing of it', async () => {
      await store.save(active, write(0));
      await store.save({ ...active, position: 18 }, write(1));
      for (const version of [0, 1, 3]) {
        await expect(store.save({ ...active, position: 99 }, write(version))).rejects.toMatchObject({
          code: 'stale_version',
          expectedVersion: version,
        });
      }
      await expect(store.save({ ...active, creatorId: 'c-2' }, write(1))).rejects.toMatchObject({
        code: 'stale_version',
      });
      expect(await store.load('c-1')).toEqual({ value: { ...active, position: 18 }, version: 2 });
      expect(await store.load('c-2')).toBeUndefined();
    });

    it('lets one of two writers at a time through', async () => {
      await store.save(active, write(0));
      const writers = [1, 2, 3, 4].map((position) => store.save({ ...active, position }, write(1)));
      const outcomes = await Promise.allSettled(writers);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await store.load('c-1'))?.version).toBe(2);
    });

    it('takes part in a transaction', async () => {
      const failed = unitOfWork.transaction(async (tx) => {
        await store.save(active, write(0), tx);
        expect(await store.load('c-1', tx)).toEqual({ value: active, version: 1 });
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await store.load('c-1')).toBeUndefined();
    });

    it('lists the active rotations by creator', async () => {
      await store.save({ ...active, creatorId: 'c-3' }, write(0));
      await store.save({ ...active, creatorId: 'c-2', state: 'rotating' }, write(0));
      await store.save(active, write(0));
      const found = await store.listActive();
      expect(found.map(({ value }) => value.creatorId)).toEqual(['c-1', 'c-3']);
      expect(found[0]).toEqual({ value: active, version: 1 });
    });
  });
}
