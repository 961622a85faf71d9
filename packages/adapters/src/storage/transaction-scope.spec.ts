import { isErosError, TransactionClosedError } from '@eros/domain';
import { MemoryDatabase } from '../memory/memory-database.js';
import { TransactionScope, type AssertOpen } from './transaction-scope.js';

const codeOf = (error: unknown): string => (isErosError(error) ? error.code : String(error));

describe('a transaction scope', () => {
  const scope = () => new TransactionScope<{ assertOpen: AssertOpen }>(async (session) => [session]);
  const open = (assertOpen: AssertOpen) => ({ assertOpen });

  it('hands one session to everybody inside, and ends it with the work', async () => {
    const transactions = scope();
    const kept = await transactions.run(open, async (tx) => {
      const session = transactions.sessionOf(tx);
      expect(await tx.query('any')).toEqual([session]);
      session.assertOpen();
      expect(transactions.isInside()).toBe(true);
      return { tx, session };
    });
    expect(transactions.isInside()).toBe(false);
    expect(() => kept.session.assertOpen()).toThrow(TransactionClosedError);
    expect(() => transactions.sessionOf(kept.tx)).toThrow(TransactionClosedError);
    await expect(kept.tx.query('any')).rejects.toBeInstanceOf(TransactionClosedError);
  });

  it('sends no statement that would end it or outlive it, nor several at once, and stays open', async () => {
    const sent: string[] = [];
    const transactions = new TransactionScope<object>(async (_, sql) => (sent.push(sql), []));
    await transactions.run(
      () => ({}),
      async (tx) => {
        for (const sql of ['ROLLBACK', 'SET search_path = shop', 'DELETE FROM notes; SELECT 2'])
          await expect(tx.query(sql)).rejects.toMatchObject({ code: 'invalid_settings' });
        await tx.query('SELECT 1');
      },
    );
    expect(sent).toEqual(['SELECT 1']);
  });

  it('knows the code inside it, whatever it awaits, and no other', async () => {
    const transactions = scope();
    const pause = () => new Promise((resume) => setTimeout(resume, 1));
    const outside = (async () => {
      await pause();
      return transactions.isInside();
    })();
    const inside = transactions.run(open, async () => {
      await pause();
      await pause();
      return [transactions.isInside(), transactions.exit(() => transactions.isInside())];
    });
    expect([await outside, ...(await inside)]).toEqual([false, true, false]);
  });

  it('refuses handles that it did not open', async () => {
    const [ours, theirs] = [scope(), scope()];
    const code = await theirs.run(open, async (tx) => {
      try {
        ours.sessionOf(tx);
        return 'none';
      } catch (error) {
        return codeOf(error);
      }
    });
    expect(code).toBe('foreign_transaction');
  });
});

describe('the in-memory database', () => {
  it('takes no write by a table kept beyond its transaction', async () => {
    const database = new MemoryDatabase();
    const table = await database.transaction(async (tx) => {
      const notes = database.on(tx).table<{ text: string }>('notes');
      notes.set('1', { text: 'first' });
      return notes;
    });
    for (const late of [
      () => table.set('1', { text: 'late' }),
      () => table.delete('1'),
      () => table.nextId(),
      () => table.get('1'),
    ]) {
      expect(late).toThrow(TransactionClosedError);
    }
    expect(database.on().table<{ text: string }>('notes').values()).toEqual([{ text: 'first' }]);
  });
});
