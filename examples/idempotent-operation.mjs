// node examples/idempotent-operation.mjs
// Work that must not be done twice: the second caller gets the first one's result, a lost claim commits nothing.
import { createEros, isErosError } from '@eros/app';

const eros = await createEros({ database: { type: 'sqlite', path: ':memory:' } });
await eros.transaction((tx) => tx.query('CREATE TABLE payouts (creator_id TEXT, usd REAL, transfer TEXT)'));

/** Stands in for a bank that knows idempotency keys. */
let transfers = 0;
const bank = { transfer: async (_order, _options) => `transfer ${(transfers += 1)}` };

// #region payout
const payOut = (creatorId, month, usd) =>
  eros.idempotency.run(
    'pay_out',
    { creatorId, month, usd },
    async ({ key, signal, transaction }) => {
      // At least once: the key lets the bank tell a repetition from a second payout.
      const transfer = await bank.transfer({ creatorId, usd }, { idempotencyKey: key, signal });
      // Exactly once: the row, the result and the check of the claim commit together.
      return transaction(async (tx) => {
        await tx.query('INSERT INTO payouts VALUES (?, ?, ?)', [creatorId, usd, transfer]);
        return { transfer };
      });
    },
    { key: `${creatorId} ${month}`, ttlMs: 30 * 86_400_000 },
  );
// #endregion

for (let call = 1; call <= 2; call += 1) {
  const { value, replayed } = await payOut('c-001', '2026-10', 1234.5);
  console.log(`call ${call}: ${value.transfer}${replayed ? ', told again' : ''}`);
}

try {
  await payOut('c-001', '2026-10', 9999);
} catch (error) {
  if (!isErosError(error, 'idempotency_mismatch')) throw error;
  console.log('the same key with another amount is refused');
}
const rows = await eros.transaction((tx) => tx.query('SELECT * FROM payouts'));
console.log(`${transfers} transfer, ${rows.length} row`);
await eros.close();
