import type { MessageHistory } from './message-history.js';
import { send, START_MS } from './sample-send.contract.js';
import type { Send } from './send.js';

/**
 * What every history promises. Run it on a history of your own before you rebind `messageHistory`.
 *
 * @param open gives a history that holds nothing yet; `given` puts sends of the creators `c-1` and `c-2` into what it reads.
 */
export function messageHistoryContract(
  open: () => Promise<{
    history: MessageHistory;
    given(sends: readonly Send[]): Promise<void>;
    close(): Promise<void>;
  }>,
): void {
  describe('message history', () => {
    let history: MessageHistory;
    let given: (sends: readonly Send[]) => Promise<void>;
    let close: () => Promise<void>;
    beforeEach(async () => ({ history, given, close } = await open()));
    afterEach(() => close());
    const idsBetween = async (fromMs: number, untilMs: number) =>
      (await history.sends({ creatorId: 'c-1', fromMs, untilMs })).map(({ messageId }) => messageId);

    it('gives every field of a send', async () => {
      const free = send(2, {
        messageType: 'free',
        category: 'retention',
        contentType: undefined,
        captionId: undefined,
      });
      await given([send(1), free]);
      const all = { creatorId: 'c-1', fromMs: 0, untilMs: Date.UTC(2100, 0, 1) };
      expect(await history.sends(all)).toEqual([send(1), free]);
    });

    it('reads a range from its first millisecond to before its last, by time and id', async () => {
      const twin = send(3, { messageId: 'm-0002b' });
      await given([send(3), twin, send(1), send(2, { sentAtMs: START_MS + 120_001 }), send(5, { creatorId: 'c-2' })]);
      expect(await idsBetween(START_MS + 60_000, START_MS + 180_000)).toEqual(['m-0001', 'm-0002']);
      expect(await idsBetween(START_MS + 120_002, START_MS + 180_001)).toEqual(['m-0002b', 'm-0003']);
      expect(await idsBetween(START_MS + 180_001, START_MS + 600_000)).toEqual([]);
    });

    it('knows the latest send, of one creator and of all', async () => {
      expect(await history.latestSentAtMs()).toBeUndefined();
      await given([send(1), send(9, { creatorId: 'c-2' })]);
      expect(await history.latestSentAtMs()).toBe(START_MS + 9 * 60_000);
      expect(await history.latestSentAtMs('c-1')).toBe(START_MS + 60_000);
      expect(await history.latestSentAtMs('c-3')).toBeUndefined();
    });
  });
}
