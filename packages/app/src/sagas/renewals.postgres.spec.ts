import { createEros } from '../create-eros.js';
import { createTestDatabase } from '../testing/postgres.js';

const CREATOR = { creator_id: 'c-1', page_name: 'amber', page_type: 'paid', timezone: 'UTC', current_active_fans: 10 };
/** So long that a transaction may take its time on a busy machine: it gets at most a third. */
const LIMITS = { leaseMs: 9_000, transactionTimeoutMs: 2_900 };

const takes = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

it('the function of a transaction step runs once, also when the lease is to be renewed while its transaction is open', async () => {
  const { url, drop } = await createTestDatabase();
  const eros = await createEros({ database: { type: 'postgres', url, poolSize: 4 }, migrate: 'auto', ...LIMITS });
  try {
    await eros.data.importCreators([CREATOR]);
    let runs = 0;
    const saga = eros.sagas.define<null>({
      ...{ name: 'slow', version: 1 },
      steps: [
        { name: 'before', execute: () => takes(2_200) },
        {
          name: 'row',
          kind: 'transaction',
          execute: async ({ tx }) => {
            runs += 1;
            await tx.query('SELECT current_active_fans FROM creators');
            await takes(1_600); // the renewal is due after 3 s
          },
        },
      ],
    });
    await saga.run({ creatorId: 'c-1', input: null });
    expect(runs).toBe(1);
  } finally {
    await eros.close();
    await drop();
  }
});
