// node examples/fleet-of-workers.mjs
// A saga that is put in line by one process and executed by whichever worker comes first; here both are in one process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEros } from '@eros/app';

const folder = mkdtempSync(path.join(tmpdir(), 'eros-workers-'));
const database = { type: 'sqlite', path: path.join(folder, 'eros.db') };

const payoutBy = (node) => ({
  name: 'payout',
  version: 1,
  steps: [{ name: 'transfer', execute: async ({ input }) => `${input.usd} USD by ${node}` }],
});

const desk = await createEros({ database });
await desk.data.importCreators([
  { creator_id: 'c-001', page_name: 'page', page_type: 'paid', timezone: 'UTC', current_active_fans: 900 },
]);
const line = desk.sagas.define(payoutBy('the desk'));

const payout = payoutBy('a worker');
// #region worker
const eros = await createEros({ database, sagas: { runningMax: 8, sweepMs: 500 } });
eros.sagas.define(payout);
await eros.start();
// #endregion

await desk.transaction((transaction) =>
  line.start({ sagaId: 'payout-1', creatorId: 'c-001', input: { usd: 250 }, transaction }),
);
let saga = await desk.sagas.get('payout-1');
while (saga.status !== 'completed') {
  await new Promise((resume) => setTimeout(resume, 50));
  saga = await desk.sagas.get('payout-1');
}
console.log(saga.timeline.find(({ type }) => type === 'step_ended').result);
await eros.close();
await desk.close();
rmSync(folder, { recursive: true, force: true });
