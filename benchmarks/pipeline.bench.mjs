// npm run bench:pipeline: volume decisions, captions scored and weeks planned a second, beside floors in the same run.
import { createRequire } from 'node:module';
import path from 'node:path';
import { createEros } from '@eros/app';
import { decideVolume } from '@eros/domain';
import { exportRows } from './export-rows.mjs';
import { Goals, inTempFolder, median, ratePerSecond, secondsOf } from './measure.mjs';

const sqlite3 = createRequire(new URL('../packages/adapters/package.json', import.meta.url))('sqlite3');
const promised = (call) =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
const AS_OF = new Date('2026-11-16T00:00:00Z');
const DAY_MS = 86_400_000;
const goals = new Goals();

await inTempFolder(async (folder) => {
  const file = path.join(folder, 'eros.db');
  const eros = await createEros({ database: { type: 'sqlite', path: file } });
  await eros.data.importCreators(await exportRows('creators'));
  await eros.data.importCaptions(await exportRows('captions'));
  await eros.data.importMessages(await exportRows('messages'));

  // A creator with about 400 messages in the 91 days that a decision reads.
  const db = await promised((done) => {
    const opened = new sqlite3.Database(file, (error) => done(error, opened));
  });
  const all = (sql, params) => promised((done) => db.all(sql, params, done));
  const fromMs = AS_OF.getTime() - 91 * DAY_MS;
  const range = [new Date(fromMs), AS_OF].map((at) => at.toISOString().slice(0, 19).replace('T', ' '));
  const [chosen] = await all(
    `SELECT m.creator_id, count(*) AS n FROM mass_messages m JOIN creators c ON c.creator_id = m.creator_id
     WHERE replace(substr(sending_time, 1, 19), 'T', ' ') BETWEEN ? AND ? AND c.is_active = 1
     GROUP BY m.creator_id ORDER BY abs(count(*) - 400) LIMIT 1`,
    range,
  );
  const creatorId = chosen.creator_id;
  const raw = () =>
    all(
      `SELECT message_id, creator_id, message_type, category, content_type, caption_id, sending_time, price, sent_count,
         viewed_count, purchased_count, earnings FROM mass_messages
       WHERE creator_id = ? AND replace(substr(sending_time, 1, 19), 'T', ' ') >= ? AND replace(substr(sending_time, 1, 19), 'T', ' ') <= ?
       ORDER BY sending_time, message_id`,
      [creatorId, ...range],
    );
  const rows = await raw();
  const sends = rows.map((row) => ({
    messageId: row.message_id,
    creatorId,
    messageType: row.message_type,
    category: row.category,
    contentType: row.content_type ?? undefined,
    captionId: undefined,
    sentAtMs: Date.parse(row.sending_time),
    priceUsd: row.price,
    sentCount: row.sent_count,
    viewedCount: row.viewed_count,
    purchasedCount: row.purchased_count,
    earningsUsd: row.earnings,
  }));
  const creator = { fanCount: 5000, pageType: 'paid', timeZone: 'America/Los_Angeles' };
  const pure = await ratePerSecond(() => decideVolume({ creator, sends, asOfMs: AS_OF.getTime() }));
  goals.check(
    'volume decisions in the pure domain',
    pure >= 6_000,
    `${Math.round(pure)}/s over ${sends.length} messages (goal >= 6000)`,
  );

  const { bindings: _bindings } = await import('@eros/app');
  const history = new (await import('@eros/adapters')).SqlSendStore(
    await (await import('@eros/adapters')).SqliteDatabase.open({ path: file }),
  );
  const through = async () => {
    const read = await history.sends({ creatorId, fromMs, untilMs: AS_OF.getTime() });
    decideVolume({ creator, sends: read, asOfMs: AS_OF.getTime() });
  };
  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    rounds.push({ raw: await ratePerSecond(raw, 1), ours: await ratePerSecond(through, 1) });
  }
  const ratio = median(rounds.map(({ raw: floor, ours }) => ours / floor));
  const ours = median(rounds.map((round) => round.ours));
  goals.check(
    'volume decisions through SQLite',
    ratio >= 0.6,
    `${Math.round(ours)}/s, ${ratio.toFixed(2)} x a raw loop that reads the same ${rows.length} rows (goal >= 0.6; the predecessor did 611/s)`,
  );

  const captions = await exportRows('captions');
  for (const structure of ['winner', 'bundle', 'wall']) {
    const texts = captions
      .filter((row) => row.caption_type === structure && row.caption_text.trim() !== '')
      .map((row) => row.caption_text);
    const rate = await ratePerSecond((n) => eros.captions.score(texts[n % texts.length], structure), 1);
    console.log(`        captions scored as ${structure}: ${Math.round(rate)}/s`);
  }

  const planned = await secondsOf(() => eros.schedules.planFleet({ weekStart: '2026-11-16', asOf: AS_OF }));
  const again = await secondsOf(() => eros.schedules.planFleet({ weekStart: '2026-11-23', asOf: AS_OF }));
  const weeks = planned.value.planned.length + again.value.planned.length;
  console.log(
    `        weeks planned and stored: ${(weeks / (planned.seconds + again.seconds)).toFixed(1)}/s (${weeks} weeks)`,
  );
  await eros.close();
  await promised((done) => db.close(done));
  await history.database.close();
});
goals.end();
