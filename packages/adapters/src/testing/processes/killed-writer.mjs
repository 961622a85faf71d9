// A process of its own for sqlite-processes.spec.ts: commits one row, then stops in the middle of a transaction, or of a
// migration, and waits to be killed. Arguments: file, driver, `transaction` or `migration`. Runs the built package.
import { SqliteDatabase, Migrator, sqliteSchema, declaredSchema } from '../../../dist/index.js';

const [file, driver, where] = process.argv.slice(2);
const database = await SqliteDatabase.open({ path: file, driver });
const inTheMiddle = () => {
  process.send('in the middle');
  return new Promise((resume) => setTimeout(resume, 600_000));
};

if (where === 'transaction') {
  await database.on().run("INSERT INTO log (unit) VALUES ('committed')");
  await database.transaction(async (tx) => {
    await database.on(tx).run("INSERT INTO log (unit) VALUES ('lost')");
    await database.on(tx).run('UPDATE counters SET total = 999');
    await inTheMiddle();
  });
} else {
  const stopping = { table: 'creators', name: 'stop', count: async () => 0, apply: inTheMiddle };
  await new Migrator(sqliteSchema(database), { ...declaredSchema, translations: [stopping] }).migrate({
    nowMs: 0,
    adopt: true,
  });
}
