// Uses an engine, closes it, and says what is left in the event loop beside what was there before.
import { createEros } from '@eros/app';

const kept = ['PipeWrap', 'TTYWrap', 'FSReqPromise', 'CloseReq'];
const inUse = () => process.getActiveResourcesInfo().filter((name) => !kept.includes(name));
const [database] = process.argv.slice(2);
const breakers = { exit: { failureThreshold: 1, cooldownMs: 600_000 } };
const before = inUse();
const eros = await createEros({ database: JSON.parse(database), migrate: 'auto', breakers });
await eros.start();
await eros.breakers.run('exit', () => Promise.resolve(1)).catch(() => undefined);
await eros.breakers.run('exit', () => Promise.reject(new Error('the service failed'))).catch(() => undefined);
await eros.close();
await new Promise((resume) => setImmediate(resume));
const left = inUse();
for (const name of before) if (left.includes(name)) left.splice(left.indexOf(name), 1);
process.stdout.write(`${left.join(' ')}\n`);
