import { isErosError } from '../errors.js';
import type { Transaction, UnitOfWork } from './transaction.js';

/** A number kept by the store under test, to be read and written in transactions. */
export interface Counters {
  read(name: string, tx?: Transaction): Promise<number>;
  write(name: string, value: number, tx: Transaction): Promise<void>;
}

const codeOf = async (attempt: Promise<unknown>): Promise<string | undefined> => {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return isErosError(error) ? error.code : String(error);
  }
};
const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume, 0));

/** What every unit of work promises. */
export function unitOfWorkContract(
  open: () => Promise<{ unitOfWork: UnitOfWork; counters: Counters; close(): Promise<void> }>,
): void {
  describe('unit of work', () => {
    let unitOfWork: UnitOfWork;
    let counters: Counters;
    let close: () => Promise<void>;
    beforeEach(async () => ({ unitOfWork, counters, close } = await open()));
    afterEach(() => close());

    const add = async (name: string, amount: number, tx: Transaction) => {
      const value = await counters.read(name, tx);
      await pause();
      await counters.write(name, value + amount, tx);
    };

    it('commits when the work resolves and passes its value on', async () => {
      await expect(unitOfWork.transaction(async (tx) => add('a', 2, tx).then(() => 'done'))).resolves.toBe('done');
      await expect(counters.read('a')).resolves.toBe(2);
    });

    it('rolls everything back when the work rejects and passes its error on', async () => {
      const failing = unitOfWork.transaction(async (tx) => {
        await add('a', 1, tx);
        await add('b', 1, tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await expect(counters.read('a')).resolves.toBe(0);
      await expect(counters.read('b')).resolves.toBe(0);
    });

    it('runs 200 overlapping works as if one after another, a third of them rolled back', async () => {
      const works = Array.from({ length: 200 }, (_, i) =>
        unitOfWork.transaction(
          async (tx) => {
            await add('total', i, tx);
            await add(`own ${i}`, 1, tx);
            if (i % 3 === 0) throw new Error('rolled back');
          },
          { isRepeatable: true },
        ),
      );
      const settled = await Promise.allSettled(works);
      const committed = [...settled.keys()].filter((i) => i % 3 !== 0);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(committed.length);
      await expect(counters.read('total')).resolves.toBe(committed.reduce((a, b) => a + b, 0));
      const own = await Promise.all([...settled.keys()].map((i) => counters.read(`own ${i}`)));
      expect(own).toEqual([...settled.keys()].map((i) => (i % 3 === 0 ? 0 : 1)));
    });

    it('commits a work that may not be run again, or rejects it for another one in its way, and runs it once', async () => {
      const runs = new Array<number>(60).fill(0);
      const works = [...runs.keys()].map((i) =>
        unitOfWork.transaction(async (tx) => {
          runs[i] = (runs[i] ?? 0) + 1;
          await add('total', i, tx);
        }),
      );
      const settled = await Promise.allSettled(works);
      const refused = settled.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
      expect(refused.filter((error) => !isErosError(error, 'transaction_conflict'))).toEqual([]);
      expect(refused.length).toBeLessThan(runs.length);
      const committed = [...settled.keys()].filter((i) => settled[i]?.status === 'fulfilled');
      await expect(counters.read('total')).resolves.toBe(committed.reduce((a, b) => a + b, 0));
      expect(runs).toEqual(runs.map(() => 1));
    });

    it('shows a reader outside nothing that is not committed', async () => {
      const seen: number[] = [];
      let reading: Promise<void> = Promise.resolve();
      let startReading: () => void = () => undefined;
      const started = new Promise<void>((resume) => (startReading = resume));
      const reader = started.then(async () => void seen.push(await counters.read('a')));
      await unitOfWork.transaction(async (tx) => {
        await counters.write('a', 7, tx);
        startReading();
        reading = reader;
        await pause();
        await pause();
        await counters.write('a', 8, tx);
      });
      await reading;
      // Before the commit 0, or, where readers wait for the writer, after it 8; never the 7 in between.
      expect([0, 8]).toContain(seen[0]);
    });

    it('refuses a transaction inside a transaction, and a read that does not join, instead of waiting for itself', async () => {
      const codes = await unitOfWork.transaction(async () => [
        await codeOf(unitOfWork.transaction(async () => undefined)),
        await codeOf((async () => counters.read('a'))()),
      ]);
      expect(codes).toEqual(['nested_transaction', 'nested_transaction']);
    });

    it('closes the handle with the work, whether it was committed or rolled back', async () => {
      let handle: Transaction | undefined;
      await unitOfWork.transaction(async (tx) => void (handle = tx));
      expect(await codeOf((async () => counters.write('a', 1, handle as Transaction))())).toBe('transaction_closed');
      await unitOfWork
        .transaction(async (tx) => Promise.reject(((handle = tx), new Error('no'))))
        .catch(() => undefined);
      expect(await codeOf((async () => counters.write('a', 1, handle as Transaction))())).toBe('transaction_closed');
      await expect(counters.read('a')).resolves.toBe(0);
    });

    it('goes on after a failed statement in another work', async () => {
      await unitOfWork.transaction(async () => Promise.reject(new Error('no'))).catch(() => undefined);
      await unitOfWork.transaction(async (tx) => add('a', 1, tx));
      await expect(counters.read('a')).resolves.toBe(1);
    });

    it('refuses a handle of another store', async () => {
      const other = await open();
      try {
        const code = await other.unitOfWork.transaction(async (tx) => codeOf((async () => counters.read('a', tx))()));
        expect(code).toBe('foreign_transaction');
      } finally {
        await other.close();
      }
    });
  });
}
