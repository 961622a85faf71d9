import type { UnitOfWork } from '../storage/index.js';
import type { CaptionStore } from './caption-store.js';
import { own, shared } from './sample-captions.contract.js';

const AT_MS = Date.UTC(2026, 10, 22);

/** What every store of captions promises. As a source that plans read it also keeps `captionSourceContract`. */
export function captionStoreContract(
  open: () => Promise<{ store: CaptionStore; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('caption store', () => {
    let store: CaptionStore;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, unitOfWork, close } = await open()));
    afterEach(() => close());

    it('gives back every field of what was saved', async () => {
      await store.save([shared, own], AT_MS);
      expect(await store.find([1, 2, 3])).toEqual([shared, own]);
      expect(await store.find([])).toEqual([]);
    });

    it('replaces a caption', async () => {
      await store.save([shared], AT_MS);
      await store.save([{ ...shared, text: 'new', isActive: false }], AT_MS);
      expect(await store.find([1])).toEqual([{ ...shared, text: 'new', isActive: false }]);
    });

    it('joins a transaction and goes back with it', async () => {
      const failing = unitOfWork.transaction(async (tx) => {
        await store.save([shared], AT_MS, tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.find([1])).toEqual([]);
    });
  });
}
