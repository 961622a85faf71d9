import type { UnitOfWork } from '../storage/index.js';
import type { CaptionSource } from './caption-source.js';
import type { CaptionStore } from './caption-store.js';
import type { Caption } from './caption.js';

const shared: Caption = {
  captionId: 1,
  creatorId: undefined,
  text: 'Only one of you gets it!\nnever seen before — see you soon',
  captionType: 'winner',
  contentType: 'solo',
  isActive: true,
  lastUsedDate: '2026-08-06',
};
const own: Caption = {
  ...shared,
  captionId: 2,
  creatorId: 'c-1',
  captionType: 'free',
  contentType: undefined,
  lastUsedDate: undefined,
};
const AT_MS = Date.UTC(2026, 10, 22);

/** What every store of captions promises, as a store and as the source that plans read. */
export function captionStoreContract(
  open: () => Promise<{ store: CaptionStore & CaptionSource; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('caption store', () => {
    let store: CaptionStore & CaptionSource;
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

    it('offers a creator the active captions, own and shared, by id', async () => {
      const foreign = { ...own, captionId: 3, creatorId: 'c-2' };
      const retired = { ...own, captionId: 4, isActive: false };
      await store.save([retired, foreign, own, shared], AT_MS);
      expect(await store.captionsFor('c-1')).toEqual([shared, own]);
      expect(await store.captionsFor('c-2')).toEqual([shared, foreign]);
      expect(await store.captionsFor('c-3')).toEqual([shared]);
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
