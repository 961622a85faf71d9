// Opens a breaker and says its state. Nothing is closed: the process must end all the same, as the last line is reached.
import { createEros } from '@eros/app';

const [database] = process.argv.slice(2);
const breakers = { exit: { failureThreshold: 1, cooldownMs: 600_000 } };
const eros = await createEros({ database: JSON.parse(database), migrate: 'auto', breakers });
await eros.start();
await eros.breakers.run('exit', () => Promise.reject(new Error('the service failed'))).catch(() => undefined);
process.stdout.write(`${await eros.breakers.state('exit')}\n`);
