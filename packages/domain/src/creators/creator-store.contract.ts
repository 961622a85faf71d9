import type { UnitOfWork } from '../storage/index.js';
import type { Creator } from './creator.js';
import type { CreatorStore } from './creator-store.js';

const amber: Creator = {
  creatorId: 'c-1',
  pageName: 'amber',
  displayName: 'Amber',
  pageType: 'paid',
  timeZone: 'America/Los_Angeles',
  fanCount: 210,
  isActive: true,
};
const vera: Creator = {
  ...amber,
  creatorId: 'c-2',
  pageName: 'vera',
  displayName: 'Véra',
  pageType: 'free',
  isActive: false,
};
const AT_MS = Date.UTC(2026, 10, 22);

/** What every store of creators promises. */
export function creatorStoreContract(
  open: () => Promise<{ store: CreatorStore; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('creator store', () => {
    let store: CreatorStore;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, unitOfWork, close } = await open()));
    afterEach(() => close());

    it('gives back what was saved, and nothing for an id it does not know', async () => {
      await store.save(amber, AT_MS);
      expect(await store.find('c-1')).toEqual(amber);
      expect(await store.find('c-9')).toBeUndefined();
    });

    it('replaces a creator', async () => {
      await store.save(amber, AT_MS);
      await store.save({ ...amber, fanCount: 0, timeZone: 'Europe/London', isActive: false }, AT_MS);
      expect(await store.find('c-1')).toEqual({ ...amber, fanCount: 0, timeZone: 'Europe/London', isActive: false });
    });

    it('lists by id, all or the active ones', async () => {
      await store.save(vera, AT_MS);
      await store.save(amber, AT_MS);
      expect(await store.list()).toEqual([amber, vera]);
      expect(await store.list({ isActive: true })).toEqual([amber]);
      expect(await store.list({ isActive: false })).toEqual([vera]);
    });

    it('joins a transaction and goes back with it', async () => {
      const failing = unitOfWork.transaction(async (tx) => {
        await store.save(amber, AT_MS, tx);
        expect(await store.find('c-1', tx)).toEqual(amber);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.list()).toEqual([]);
    });
  });
}
