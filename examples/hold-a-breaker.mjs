// node examples/hold-a-breaker.mjs
// An operator keeps calls away from a service under maintenance, and lets them out again: what was there before goes on.
import { createEros, isErosError } from '@eros/app';

const eros = await createEros({ database: { type: 'sqlite', path: ':memory:' } });
const price = () => eros.breakers.run('price_service', async () => 19.99);

eros.breakers.onTransition(({ from, to, cause, by }) => console.log(`${from} -> ${to}: ${cause} by ${by}`));
console.log(`price: ${await price()}`);

// #region hold
const why = { by: 'dana', reason: 'their maintenance, ticket 4711' };
await eros.breakers.hold('price_service', 'open', { ...why, until: new Date(Date.now() + 3_600_000) });
// #endregion

try {
  await price();
} catch (error) {
  if (!isErosError(error, 'circuit_held')) throw error;
  console.log(`refused: held by ${error.by}, ${error.reason}`);
}

// #region release
await eros.breakers.release('price_service', why);
// #endregion
console.log(`price: ${await price()}`);
for (const { cause, reason } of await eros.breakers.history('price_service')) console.log(`${cause}: ${reason}`);

await eros.close();
