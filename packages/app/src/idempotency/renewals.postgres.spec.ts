import { createEros } from '../create-eros.js';
import { createTestDatabase } from '../testing/postgres.js';

/** So long that a transaction may take its time on a busy machine: it gets at most a third. */
const LIMITS = { leaseMs: 9_000, transactionTimeoutMs: 2_900 };

const takes = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

it('a transaction of an idempotent work commits, also when its claim is to be renewed while it is open', async () => {
  const { url, drop } = await createTestDatabase();
  const eros = await createEros({ database: { type: 'postgres', url, poolSize: 4 }, migrate: 'auto', ...LIMITS });
  try {
    const { value } = await eros.idempotency.run('pay_out', { month: '2026-10' }, async ({ transaction }) => {
      await takes(2_200);
      return transaction(async (tx) => {
        await tx.query('SELECT count(*) FROM creators');
        await takes(1_600); // the renewal is due after 3 s
        return 5;
      });
    });
    expect(value).toBe(5);
  } finally {
    await eros.close();
    await drop();
  }
});
