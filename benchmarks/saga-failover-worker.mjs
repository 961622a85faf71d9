// One process of saga-failover.bench.mjs: works on sagas until it is killed, and tells its parent of every step it begins.
import { setTimeout as pause } from 'node:timers/promises';
import { createEros } from '@eros/app';

const { database, settings, steps, stepMs } = JSON.parse(process.argv[2]);
const eros = await createEros({ database, migrate: 'off', ...settings });
const saga = eros.sagas.define({
  name: 'failover',
  version: 1,
  steps: Array.from({ length: steps }, (_, i) => ({
    name: `step-${i + 1}`,
    execute: async ({ sagaId, signal }) => {
      process.send({ sagaId, step: `step-${i + 1}`, atMs: Date.now() });
      await pause(stepMs, undefined, { signal });
    },
  })),
});
await eros.start();
process.on('message', async ({ sagaId, creatorId }) => {
  await eros.transaction((transaction) => saga.start({ sagaId, creatorId, input: null, transaction }));
});
// The engine's own timers keep no process alive.
setInterval(() => undefined, 60_000);
process.on('disconnect', () => process.exit());
process.send({ isReady: true });
