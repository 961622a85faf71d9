// node examples/guarded-call.mjs
// A call of your own behind a circuit breaker: three failures in a row open it, and then nobody waits for a dead service.
import { setTimeout as pause } from 'node:timers/promises';
import { createEros, isErosError } from '@eros/app';

/** Stands in for a service that is down, and comes back. */
let isDown = true;
const fetchPrice = async (_contentType, _options) => {
  if (isDown) throw new Error('503');
  return 19.99;
};

// #region guard
const eros = await createEros({
  database: { type: 'sqlite', path: ':memory:' },
  breakers: { price_service: { failureThreshold: 3, cooldownMs: 200, successThreshold: 1 } },
});

const priceOf = (contentType) =>
  eros.breakers.run('price_service', (signal) => fetchPrice(contentType, { signal }), {
    // Answers refusals only. The service's own errors reach the caller.
    fallback: () => 14.99,
  });
// #endregion

for (let call = 1; call <= 4; call += 1) {
  try {
    console.log(`call ${call}: ${await priceOf('solo')}`);
  } catch (error) {
    console.log(`call ${call}: ${error.message}`);
  }
}
console.log(`the breaker is ${await eros.breakers.state('price_service')}`);

// #region refusal
try {
  await eros.breakers.run('price_service', (signal) => fetchPrice('solo', { signal }));
} catch (error) {
  if (!isErosError(error, 'circuit_open')) throw error;
  console.log(`refused; last failure: ${error.cause.message}`);
}
// #endregion

isDown = false;
await pause(250); // past the open time: the next call is a trial
console.log(`after the open time: ${await priceOf('solo')}`);
console.log(`the breaker is ${await eros.breakers.state('price_service')}`);
await eros.close();
