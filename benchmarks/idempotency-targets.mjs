// The databases of idempotency.bench.mjs: an engine, and the bare driver on a table of the same shape and size.
import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createEros } from '@eros/app';
import { createDatabase, startPostgres } from '../tools/pg-test-server.mjs';

const fromAdapters = createRequire(new URL('../packages/adapters/package.json', import.meta.url));
const promised = (call) =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

const COLUMNS = `operation_key, operation_name, params_hash, result, executed_at, expires_at, status, owner, epoch,
  claimed_at, lease_until`;
const sqliteStatements = {
  claim: `INSERT INTO timing_idempotency (${COLUMNS}) VALUES (?, ?, ?, NULL, ?, ?, 'running', ?, ?, ?, ?)`,
  result: `UPDATE timing_idempotency SET result = ?, executed_at = ?, expires_at = ?, status = 'completed', owner = NULL,
    lease_until = NULL, version = version + 1 WHERE operation_key = ? AND owner = ? AND epoch = ?`,
  read: 'SELECT * FROM timing_idempotency WHERE operation_key = ?',
};
/** Results that live on: keys of the engine's length, at random, as hashes are. */
const fillSqlite = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  INSERT INTO timing_idempotency (operation_key, operation_name, params_hash, result, executed_at, expires_at, epoch, claimed_at)
  SELECT 'pay_out:' || lower(hex(randomblob(32))), 'pay_out', lower(hex(randomblob(32))), '{"id":' || i || '}',
    '2026-01-05T12:00:00.000Z', '2099-01-05T12:00:00.000Z', 1767614400000, '2026-01-05T12:00:00.000Z' FROM n`;

/** The bare pair and the bare read over `run(statement, values)` and `get(statement, values)`. */
function rawCalls({ run, get }) {
  return {
    pair: async () => {
      const key = `pay_out:${randomBytes(32).toString('hex')}`;
      const [at, until] = [new Date().toISOString(), '2099-01-05T12:00:00.000Z'];
      await run('claim', [key, 'pay_out', key, at, until, 'host/1/x', 1, at, until]);
      await run('result', ['{"id":1}', new Date().toISOString(), until, key, 'host/1/x', 1]);
      return key;
    },
    select: (key) => get('read', [key]),
  };
}

/** By the driver alone, its statements prepared once. */
async function bareSqlite3(file) {
  const sqlite3 = fromAdapters('sqlite3');
  const db = await promised((done) => {
    const opened = new sqlite3.Database(file, (error) => done(error, opened));
  });
  await promised((done) => db.exec('PRAGMA synchronous = NORMAL', done));
  const prepared = {};
  for (const [name, sql] of Object.entries(sqliteStatements)) {
    prepared[name] = await promised((done) => {
      const statement = db.prepare(sql, (error) => done(error, statement));
    });
  }
  return {
    run: (name, params) => promised((done) => prepared[name].run(params, done)),
    get: (name, params) => promised((done) => prepared[name].all(params, done)),
    close: async () => {
      for (const statement of Object.values(prepared)) await promised((done) => statement.finalize(done));
      await promised((done) => db.close(done));
    },
  };
}

async function bareBetterSqlite3(file) {
  const BetterSqlite3 = fromAdapters('better-sqlite3');
  const db = new BetterSqlite3(file);
  db.pragma('synchronous = NORMAL');
  const prepared = Object.fromEntries(Object.entries(sqliteStatements).map(([name, sql]) => [name, db.prepare(sql)]));
  return {
    run: async (name, params) => prepared[name].run(...params),
    get: async (name, params) => prepared[name].all(...params),
    close: async () => db.close(),
  };
}

/** By `query()` of a TypeORM DataSource, as one writes statements by hand on the stack the engine stands on. */
async function byTypeOrm(options, statements, prepare) {
  const { DataSource } = fromAdapters('typeorm');
  const source = await new DataSource({ ...options, entities: [] }).initialize();
  for (const sql of prepare) await source.query(sql);
  const query = (name, params) => source.query(statements[name], params);
  return { run: query, get: query, close: () => source.destroy() };
}

const onSqlite = (driver, openBare) => async (folder, size) => {
  const [file, rawFile] = [`${folder}.db`, `${folder}-raw.db`];
  const database = { type: 'sqlite', path: file, driver };
  await (await createEros({ database })).close();
  const filler = new (fromAdapters('better-sqlite3'))(file);
  filler.pragma('cache_size = -400000');
  filler.prepare(fillSqlite).run(size);
  filler.pragma('wal_checkpoint(TRUNCATE)');
  filler.close();
  copyFileSync(file, rawFile);
  const type = driver === 'sqlite3' ? 'sqlite' : driver;
  const module = fromAdapters(driver);
  // TypeORM asks for verbose(), which makes sqlite3 record a stack trace for every call in the whole process: ours would pay too.
  const loaded = driver === 'sqlite3' ? { ...module, verbose: () => module } : module;
  const raw = await byTypeOrm({ type, driver: loaded, database: rawFile }, sqliteStatements, [
    'PRAGMA synchronous = NORMAL',
  ]);
  const bare = await openBare(rawFile);
  const eros = await createEros({ database });
  const close = async () => {
    await eros.close();
    await raw.close();
    await bare.close();
  };
  return { eros, raw: rawCalls(raw), bare: rawCalls(bare), close };
};

const postgresStatements = Object.fromEntries(
  Object.entries(sqliteStatements).map(([name, sql]) => {
    let nth = 0;
    return [name, sql.replaceAll('?', () => `$${(nth += 1)}`)];
  }),
);
const fillPostgres = `INSERT INTO timing_idempotency (operation_key, operation_name, params_hash, result, executed_at, expires_at, epoch, claimed_at)
  SELECT 'pay_out:' || md5(random()::text) || md5(i::text), 'pay_out', md5(i::text) || md5(random()::text),
    jsonb_build_object('id', i), now(), '2099-01-05T12:00:00.000Z', 1767614400000, now() FROM generate_series(1, $1::integer) AS i`;

/** By `pg` alone, on one connection, which keeps the statements prepared by their names. */
async function barePostgres(url) {
  const client = new (fromAdapters('pg').Client)({ connectionString: url });
  await client.connect();
  const query = async (name, params) =>
    (await client.query({ name, text: postgresStatements[name], values: params })).rows;
  return { run: query, get: query, close: () => client.end() };
}

/** A server whose commits reach the disk. */
async function onPostgres(_folder, size) {
  const server = await startPostgres({ durable: true, own: true });
  const urls = [];
  for (const place of ['ours', 'raw']) {
    const { url } = await createDatabase(server.url);
    urls.push(url);
    await (await createEros({ database: { type: 'postgres', url }, migrate: 'auto' })).close();
    const filler = new (fromAdapters('pg').Client)({ connectionString: url, application_name: place });
    await filler.connect();
    await filler.query(fillPostgres, [size]);
    await filler.query('VACUUM ANALYZE timing_idempotency');
    await filler.query('CHECKPOINT');
    await filler.end();
  }
  const [url, rawUrl] = urls;
  const raw = await byTypeOrm({ type: 'postgres', url: rawUrl }, postgresStatements, []);
  const bare = await barePostgres(rawUrl);
  const eros = await createEros({ database: { type: 'postgres', url } });
  const close = async () => {
    await eros.close();
    await raw.close();
    await bare.close();
    await server.stop();
  };
  return { eros, raw: rawCalls(raw), bare: rawCalls(bare), close };
}

export const idempotencyTargets = {
  sqlite3: onSqlite('sqlite3', bareSqlite3),
  'better-sqlite3': onSqlite('better-sqlite3', bareBetterSqlite3),
  pg: onPostgres,
};
