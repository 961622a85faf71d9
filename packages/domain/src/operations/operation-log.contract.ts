import type { UnitOfWork } from '../storage/index.js';
import type { Operation, OperationLog } from './operation-log.js';

const AT_MS = Date.UTC(2026, 10, 22, 9, 30, 15, 250);
const operation = (more: Partial<Operation> = {}): Operation => ({
  type: 'rotation_drawn',
  creatorId: 'c-1',
  atMs: AT_MS,
  details: { slots: ['solo', 'b_g'], from: 3 },
  ...more,
});

/** What every log of operations promises. */
export function operationLogContract(
  open: () => Promise<{ log: OperationLog; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('operation log', () => {
    let log: OperationLog;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => ({ log, unitOfWork, close } = await open()));
    afterEach(() => close());
    const append = (...operations: Operation[]) =>
      unitOfWork.transaction(async (tx) => {
        for (const each of operations) await log.append(each, tx);
      });

    it('gives back what was written at once as if it had been written one after another', async () => {
      const all = [operation({ durationMs: 1.5 }), operation({ creatorId: 'c-2' }), operation({ details: {} })];
      await unitOfWork.transaction((tx) => log.appendAll(all, tx));
      await unitOfWork.transaction((tx) => log.appendAll([], tx));
      expect(await log.list({})).toEqual(all.toReversed());
    });

    it('gives back what was written, newest first', async () => {
      const first = operation({ durationMs: 12.5 });
      const second = operation({ type: 'rotation_paused', details: {} });
      await append(first, second);
      expect(await log.list({})).toEqual([second, first]);
    });

    it('gives the operations of one creator, of one type, and no more than asked for', async () => {
      const other = operation({ creatorId: 'c-2' });
      const paused = operation({ type: 'rotation_paused' });
      await append(operation(), other, paused, operation({ details: { last: true } }));
      expect(await log.list({ creatorId: 'c-2' })).toEqual([other]);
      expect(await log.list({ creatorId: 'c-1', type: 'rotation_paused' })).toEqual([paused]);
      expect(await log.list({ limit: 1 })).toEqual([operation({ details: { last: true } })]);
    });

    it('keeps nothing of a transaction that failed', async () => {
      const failed = unitOfWork.transaction(async (tx) => {
        await log.append(operation(), tx);
        expect(await log.list({}, tx)).toHaveLength(1);
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await log.list({})).toEqual([]);
    });
  });
}
