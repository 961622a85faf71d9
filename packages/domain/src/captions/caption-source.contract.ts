import type { CaptionSource } from './caption-source.js';
import type { Caption } from './caption.js';
import { own, shared } from './sample-captions.contract.js';

/**
 * What every caption source promises. Run it on a source of your own before you rebind `captionSource`.
 *
 * @param open gives a source that holds nothing yet; `given` puts captions into what it reads.
 */
export function captionSourceContract(
  open: () => Promise<{
    source: CaptionSource;
    given(captions: readonly Caption[]): Promise<void>;
    close(): Promise<void>;
  }>,
): void {
  describe('caption source', () => {
    let source: CaptionSource;
    let given: (captions: readonly Caption[]) => Promise<void>;
    let close: () => Promise<void>;
    beforeEach(async () => ({ source, given, close } = await open()));
    afterEach(() => close());

    it('offers a creator the active captions, own and shared, by id', async () => {
      const foreign = { ...own, captionId: 3, creatorId: 'c-2' };
      const retired = { ...own, captionId: 4, isActive: false };
      await given([retired, foreign, own, shared]);
      expect(await source.captionsFor('c-1')).toEqual([shared, own]);
      expect(await source.captionsFor('c-2')).toEqual([shared, foreign]);
      expect(await source.captionsFor('c-3')).toEqual([shared]);
    });

    it('has nothing to offer from an empty bank', async () => {
      expect(await source.captionsFor('c-1')).toEqual([]);
    });
  });
}
