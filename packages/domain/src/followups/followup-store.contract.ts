import type { UnitOfWork } from '../storage/index.js';
import { MINUTE_MS } from '../time/index.js';
import type { Followup } from './followup.js';
import type { FollowupStore } from './followup-store.js';

const PARENT_MS = Date.UTC(2026, 10, 22, 9, 30, 15, 250);
const CREATED_MS = Date.UTC(2026, 10, 22, 9, 31);
const followup = (parentPpvId: string, gap = 28, more: Partial<Followup> = {}): Followup => ({
  creatorId: 'c-1',
  parentPpvId,
  parentMs: PARENT_MS,
  followupMs: PARENT_MS + gap * MINUTE_MS,
  plannedMs: PARENT_MS + gap * MINUTE_MS,
  ppvType: 'winner',
  ...({ status: 'planned', ...more } as { status: 'planned' }),
});
const cancellation = { atMs: PARENT_MS + 5, by: 'purchase', reason: 'purchase before it was due' };
const parent = (parentPpvId: string) => ({ creatorId: 'c-1', parentPpvId });

/** What every store of follow-ups promises. */
export function followupStoreContract(
  open: () => Promise<{ store: FollowupStore; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('follow-up store', () => {
    let store: FollowupStore;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, unitOfWork, close } = await open()));
    afterEach(() => close());

    it('gives back what was inserted, by key and by parent', async () => {
      const { plannedMs: _, ...unplanned } = followup('p-2', 50, { status: 'sent' });
      const first = await store.insert(followup('p-1'), CREATED_MS);
      const second = await store.insert(unplanned, CREATED_MS);
      expect(await store.find(first)).toEqual({ followupId: first, followup: followup('p-1') });
      expect(await store.ofParent(parent('p-2'))).toEqual([{ followupId: second, followup: unplanned }]);
      expect(await store.ofParent({ creatorId: 'c-2', parentPpvId: 'p-1' })).toEqual([]);
      expect(await store.find(second + 1)).toBeUndefined();
    });

    it('takes one planned follow-up of a parent, and none twice at one time', async () => {
      await store.insert(followup('p-1'), CREATED_MS);
      for (const double of [followup('p-1', 30), followup('p-1', 28, { status: 'sent' })]) {
        await expect(store.insert(double, CREATED_MS)).rejects.toMatchObject({ code: 'stale_version' });
      }
      await store.insert(followup('p-1', 30, { status: 'sent' }), CREATED_MS);
      await store.insert(followup('p-1', 30, { creatorId: 'c-2' }), CREATED_MS);
      expect(await store.ofParent(parent('p-1'))).toHaveLength(2);
    });

    it('takes many at once, with their keys in the order given, or refuses all of them', async () => {
      const all = [followup('p-1'), followup('p-2', 20), followup('p-3', 50, { status: 'sent' })];
      const ids = await unitOfWork.transaction((tx) => store.insertAll(all, CREATED_MS, tx));
      for (const [index, id] of ids.entries()) {
        expect(await store.find(id)).toEqual({ followupId: id, followup: all[index] });
      }
      expect(await unitOfWork.transaction((tx) => store.insertAll([], CREATED_MS, tx))).toEqual([]);
      const double = [followup('p-4'), followup('p-1', 30)];
      await expect(unitOfWork.transaction((tx) => store.insertAll(double, CREATED_MS, tx))).rejects.toMatchObject({
        code: 'stale_version',
      });
      expect(await store.ofParent(parent('p-4'))).toEqual([]);
    });

    it('closes what is planned, once, and keeps the row', async () => {
      const id = await store.insert(followup('p-1'), CREATED_MS);
      const cancelled: Followup = { ...followup('p-1'), status: 'cancelled', cancellation };
      await store.close(id, cancelled);
      expect(await store.find(id)).toEqual({ followupId: id, followup: cancelled });
      await expect(store.close(id, followup('p-1', 30, { status: 'sent' }))).rejects.toMatchObject({
        code: 'stale_version',
      });
      await expect(store.close(id + 1, cancelled)).rejects.toMatchObject({ code: 'stale_version' });
      expect(await store.find(id)).toEqual({ followupId: id, followup: cancelled });
      await store.insert(followup('p-1'), CREATED_MS);
    });

    it('counts the follow-ups of a stretch of parents, both edges as promised, cancelled ones left out', async () => {
      await store.insert(followup('p-1'), CREATED_MS);
      await store.insert(followup('p-2', 20, { status: 'sent' }), CREATED_MS);
      const id = await store.insert(followup('p-3'), CREATED_MS);
      await store.close(id, { ...followup('p-3'), status: 'cancelled', cancellation });
      await store.insert(followup('p-4', 28, { creatorId: 'c-2' }), CREATED_MS);
      const count = (fromMs: number, untilMs: number) => store.countOfParents({ creatorId: 'c-1', fromMs, untilMs });
      expect(await count(PARENT_MS, PARENT_MS + 1)).toBe(2);
      expect(await count(PARENT_MS - 1, PARENT_MS)).toBe(0);
      expect(await count(PARENT_MS + 1, PARENT_MS + 86_400_000)).toBe(0);
    });

    it('reports creators whose follow-ups keep missing the window, since a day', async () => {
      const gaps = [10, 50, 55, 30];
      for (const [i, gap] of gaps.entries()) await store.insert(followup(`p-${i}`, gap), CREATED_MS);
      await store.insert(followup('old', 60), CREATED_MS - 86_400_000);
      await store.insert(followup('p-1', 50, { creatorId: 'c-2' }), CREATED_MS);
      const found = [{ creatorId: 'c-1', avgGapMinutes: expect.closeTo(36.25, 9), suboptimalCount: 3 }];
      expect(await store.suboptimal({ since: '2026-11-22', moreThan: 2 })).toEqual(found);
      expect(await store.suboptimal({ since: '2026-11-22', moreThan: 3 })).toEqual([]);
      expect(await store.suboptimal({ since: '2026-11-21', moreThan: 3 })).toHaveLength(1);
    });

    it('takes part in a transaction', async () => {
      const failed = unitOfWork.transaction(async (tx) => {
        const id = await store.insert(followup('p-1'), CREATED_MS, tx);
        expect(await store.find(id, tx)).toBeDefined();
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await store.ofParent(parent('p-1'))).toEqual([]);
    });
  });
}
