// Plans one week for the given creators in a process that is going to be killed. Says `ready` when planning begins.
import { createEros } from '@eros/app';

const [file, weekStart, asOf, leaseMs, ...creatorIds] = process.argv.slice(2);
const eros = await createEros({
  database: { type: 'sqlite', path: file },
  clock: { nowMs: () => Date.parse(asOf) },
  leaseMs: Number(leaseMs),
});
process.stdout.write('ready\n');
const report = await eros.schedules.planFleet({ weekStart, creatorIds });
await eros.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
