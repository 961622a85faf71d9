// A process of its own for sqlite-processes.spec.ts: runs overlapping units of work on a shared file when told to.
// Arguments: file, driver, name, number of units, number of processes. Runs the built package.
import { SqliteDatabase } from '../../../dist/index.js';
import { runUnits } from './counting-units.mjs';

const [file, driver, name, count, processCount] = process.argv.slice(2);
const database = await SqliteDatabase.open({ path: file, driver });
process.send({ type: 'ready' });
process.once('message', async () => {
  const report = await runUnits(database, name, Number(count), Number(processCount));
  await database.close();
  process.send({ type: 'done', report }, () => process.disconnect());
});
