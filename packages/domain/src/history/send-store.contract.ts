import type { UnitOfWork } from '../storage/index.js';
import type { MessageHistory } from './message-history.js';
import { send, START_MS } from './sample-send.contract.js';
import type { SendStore } from './send-store.js';

const everything = { fromMs: 0, untilMs: Date.UTC(2100, 0, 1) };

/** What every store of imported sends promises. As the history that plans read it also keeps `messageHistoryContract`. */
export function sendStoreContract(
  open: () => Promise<{ store: SendStore & MessageHistory; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('send store', () => {
    let store: SendStore & MessageHistory;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, unitOfWork, close } = await open()));
    afterEach(() => close());

    it('gives back every field of what was inserted', async () => {
      const free = send(2, {
        messageType: 'free',
        category: 'retention',
        contentType: undefined,
        captionId: undefined,
        priceUsd: 0,
      });
      await store.insert([send(1), free]);
      expect(await store.find(['m-0001', 'm-0002', 'm-9999'])).toEqual([send(1), free]);
      expect(await store.sends({ creatorId: 'c-1', ...everything })).toEqual([send(1), free]);
    });

    it('takes and finds more rows at once than a statement has parameters', async () => {
      const many = Array.from({ length: 5_000 }, (_, n) => send(n));
      await store.insert(many);
      const found = await store.find(many.map(({ messageId }) => messageId));
      expect(found.map(({ messageId }) => messageId).sort()).toEqual(many.map(({ messageId }) => messageId));
      expect(await store.find([])).toEqual([]);
    });

    it('revises counts and earnings under the same id', async () => {
      await store.insert([send(1), send(2)]);
      await store.revise([send(1, { earningsUsd: 80, purchasedCount: 4 })], START_MS);
      expect(await store.find(['m-0001', 'm-0002'])).toEqual([
        send(1, { earningsUsd: 80, purchasedCount: 4 }),
        send(2),
      ]);
    });

    it('joins a transaction and goes back with it', async () => {
      const failing = unitOfWork.transaction(async (tx) => {
        await store.insert([send(1)], tx);
        expect(await store.find(['m-0001'], tx)).toHaveLength(1);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.find(['m-0001'])).toEqual([]);
    });
  });
}
