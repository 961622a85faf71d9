// A process of its own for sqlite-processes.spec.ts: works that outlive their transactions and fail late. It prints what it
// saw as JSON and ends with 0; a rejection that nobody handles ends it with 1. Arguments: file, driver.
import { SqliteDatabase } from '../../../dist/index.js';

const [file, driver] = process.argv.slice(2);
const wait = (ms) => new Promise((resume) => setTimeout(resume, ms));
const codeOf = async (attempt) => {
  try {
    await attempt();
    return 'none';
  } catch (error) {
    return error.code ?? error.message;
  }
};

const database = await SqliteDatabase.open({ path: file, driver });
await database.on().run('CREATE TABLE notes (text TEXT)');
const seen = {};
const late = database.transaction(
  async (tx) => {
    const session = database.on(tx);
    await session.run("INSERT INTO notes VALUES ('in time')");
    await wait(60);
    seen.handle = await codeOf(() => tx.query("INSERT INTO notes VALUES ('by the handle')"));
    seen.on = await codeOf(async () => database.on(tx).run("INSERT INTO notes VALUES ('by on')"));
    seen.session = await codeOf(() => session.run("INSERT INTO notes VALUES ('by a kept session')"));
    throw new Error('too late for anybody to hear');
  },
  { timeoutMs: 20 },
);
seen.transaction = await codeOf(() => late);
seen.next = await codeOf(() =>
  database.transaction(async (tx) => {
    await tx.query("INSERT INTO notes VALUES ('next')");
    await wait(80); // the late work tries its statements while this transaction is open
  }),
);
seen.notes = (await database.on().all('SELECT text FROM notes')).map(({ text }) => text);
await database.close();
await wait(20);
console.log(JSON.stringify(seen));
