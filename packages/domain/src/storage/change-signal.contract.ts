import type { ChangeSignal } from './change-signal.js';
import type { Transaction, UnitOfWork } from './transaction.js';

/**
 * What every change signal promises. `open` gives signals of two processes on one database, or the same one twice where only
 * one process can use it; `write` changes something.
 */
export function changeSignalContract(
  open: () => Promise<{
    unitOfWork: UnitOfWork;
    here: ChangeSignal;
    there: ChangeSignal;
    write(tx: Transaction): Promise<void>;
    close(): Promise<void>;
  }>,
): void {
  describe('change signal', () => {
    let test: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => (test = await open()));
    afterEach(() => test.close());

    /** Subscribes, and says when a topic, or that anything, has been told. */
    const listening = async (signal: ChangeSignal) => {
      const told: (string | undefined)[] = [];
      let wake: () => void = () => undefined;
      const stop = await signal.subscribe((topic) => {
        told.push(topic);
        wake();
      });
      const hears = async (topic: string): Promise<void> => {
        while (!told.some((each) => each === topic || each === undefined)) {
          await new Promise<void>((resume) => (wake = resume));
        }
      };
      return { told, stop, hears };
    };
    const change = (topic: string) =>
      test.unitOfWork.transaction(async (tx) => {
        await test.write(tx);
        await test.here.publish(topic, tx);
      });

    it('tells of a committed change, here and in another process', async () => {
      const [here, there] = [await listening(test.here), await listening(test.there)];
      await change('pay');
      await Promise.all([here.hears('pay'), there.hears('pay')]);
    });

    it('tells of each change, in order', async () => {
      const { told, hears } = await listening(test.there);
      const named: string[] = [];
      for (const topic of ['a', 'b', 'c']) {
        told.length = 0;
        await change(topic);
        await hears(topic);
        named.push(...told.filter((each) => each !== undefined));
      }
      expect(['a', 'b', 'c'].filter((topic) => named.includes(topic))).toEqual(named);
    });

    it('tells nothing of a change that was rolled back', async () => {
      const { told, hears } = await listening(test.there);
      const failing = test.unitOfWork.transaction(async (tx) => {
        await test.write(tx);
        await test.here.publish('lost', tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(told).toEqual([]);
      await change('kept');
      await hears('kept');
      expect(told).not.toContain('lost');
    });

    it('tells nobody who has stopped listening, and goes on telling the others', async () => {
      const [gone, left] = [await listening(test.there), await listening(test.there)];
      gone.stop();
      gone.stop();
      await change('pay');
      await left.hears('pay');
      expect(gone.told).toEqual([]);
    });
  });
}
