// npm run bench:import: the example export through the public API, beside a loop over one prepared statement in the same run.
import { createRequire } from 'node:module';
import path from 'node:path';
import { createEros } from '@eros/app';
import { exportRows } from './export-rows.mjs';
import { Goals, inTempFolder, median, secondsOf } from './measure.mjs';

const sqlite3 = createRequire(new URL('../packages/adapters/package.json', import.meta.url))('sqlite3');
const promised = (call) =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

/** The floor: the same columns, one prepared INSERT, one transaction, every row awaited. */
async function rawLoop(file, rows) {
  const db = await promised((done) => {
    const opened = new sqlite3.Database(file, (error) => done(error, opened));
  });
  const run = (sql) => promised((done) => db.run(sql, done));
  await run('PRAGMA journal_mode = WAL');
  await run('PRAGMA synchronous = NORMAL');
  await run(`CREATE TABLE mass_messages (message_id TEXT PRIMARY KEY, creator_id TEXT, message_type TEXT, category TEXT,
    content_type TEXT, caption_id TEXT, sending_time TEXT, price REAL, sent_count INTEGER, viewed_count INTEGER,
    purchased_count INTEGER, earnings REAL)`);
  await run('CREATE INDEX by_time ON mass_messages (creator_id, sending_time)');
  await run('BEGIN');
  const statement = await promised((done) => {
    const prepared = db.prepare(
      'INSERT OR IGNORE INTO mass_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      (error) => done(error, prepared),
    );
  });
  for (const row of rows) {
    const values = [row.message_id, row.creator_id, row.message_type, row.category, row.content_type, row.caption_id];
    const more = [row.sending_time, row.price, row.sent_count, row.viewed_count, row.purchased_count, row.earnings];
    await promised((done) => statement.run([...values, ...more], done));
  }
  await promised((done) => statement.finalize(done));
  await run('COMMIT');
  await promised((done) => db.close(done));
}

const [creators, messages] = [await exportRows('creators'), await exportRows('messages')];
const goals = new Goals();
const rounds = [];
for (let round = 0; round < 3; round += 1) {
  await inTempFolder(async (folder) => {
    const raw = await secondsOf(() => rawLoop(path.join(folder, 'raw.db'), messages));
    const eros = await createEros({ database: { type: 'sqlite', path: path.join(folder, 'eros.db') } });
    await eros.data.importCreators(creators);
    const ours = await secondsOf(() => eros.data.importMessages(messages));
    const again = await secondsOf(() => eros.data.importMessages(messages));
    await eros.close();
    rounds.push({ raw: raw.seconds, ours: ours.seconds, again: again.seconds, report: ours.value });
  });
}
const ours = median(rounds.map((round) => round.ours));
const ratio = median(rounds.map((round) => round.raw / round.ours));
const { read, imported, duplicate, rejectedCount } = rounds[0].report;
console.log(`${read} rows read: ${imported} imported, ${duplicate} duplicate, ${rejectedCount} rejected`);
goals.check(
  'import of all messages',
  ours <= 5,
  `${ours.toFixed(2)} s, ${Math.round(read / ours)} rows/s (goal <= 5 s)`,
);
goals.check('ratio to the raw loop', ratio >= 0.5, `${ratio.toFixed(2)} x its speed (goal >= 0.5)`);
console.log(`        importing the same rows again: ${median(rounds.map((round) => round.again)).toFixed(2)} s`);
goals.end();
