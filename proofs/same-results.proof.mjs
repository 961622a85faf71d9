// npm run proofs:same-results
// The demo - import, eight weeks planned, measured and learnt from, the next one planned - on SQLite and on PostgreSQL, and then
// every row of every table of both, compared value by value.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createEros } from '@eros/app';
import { createDatabase, startPostgres } from '../tools/pg-test-server.mjs';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));
const SCHEMA = 'eros_demo';

/** What may differ, and why. `*` stands for every table. */
const LEFT_OUT = {
  eros_clock: 'SQLite only: the last instant stored; PostgreSQL has its own clock',
  eros_migrations: 'the statements are those of each database',
  // Weeks are planned side by side, so that numbers come in the order in which their transactions commit.
  ...Object.fromEntries(
    [
      'id',
      'template_id',
      'item_id',
      'parent_item_id',
      'calculation_log_id',
      'log_id',
      'prediction_id',
      'outcome_id',
      'schedule_template_id',
      'parent_ppv_id',
    ].map((column) => [`*.${column}`, 'numbered in the order of commits']),
  ),
  'timing_idempotency.version': 'one higher with each renewal of the lease',
  '*.created_at': "the machine's clock, at the insert",
  '*.duration_ms': 'how long it took',
  'saga_execution_log.execution_time_ms': 'how long it took',
  'saga_execution_log.started_at': "the database's clock",
  'saga_execution_log.completed_at': "the database's clock",
  'saga_execution_log.saga_id': 'random',
  'saga_execution_log.owner': 'the process',
  'saga_execution_log.epoch': "the database's clock",
  'saga_execution_log.lease_until': "the database's clock",
  'saga_journal.saga_id': 'random',
  'saga_journal.at': "the database's clock",
  'schedule_templates.saga_id': 'random',
  'timing_idempotency.owner': 'the process',
  'timing_idempotency.epoch': "the database's clock",
  'timing_idempotency.executed_at': "the database's clock",
  'timing_idempotency.expires_at': "the database's clock",
  'timing_idempotency.claimed_at': "the database's clock",
  'timing_idempotency.lease_until': "the database's clock",
  'circuit_breaker_state.last_success_time': "the database's clock",
  'circuit_breaker_state.last_state_change': "the database's clock",
  'circuit_breaker_state.updated_at': "the database's clock",
  'circuit_breaker_state.success_count': 'counted in batches, of which the last may be out when a process ends',
  circuit_breaker_calls: 'calls by slice of the clock',
};
/** Inside JSON. */
const LEFT_OUT_OF_JSON = new Set([
  'templateId',
  'itemId',
  'itemIds',
  'followupId',
  'parentPpvId',
  'logId',
  'predictionId',
  'atMs',
  'at',
  'durationMs',
  'sagaId',
  'owner',
  'epoch',
  'fence',
  'leaseUntilMs',
  'untilMs',
  'generatedAt',
  'generatedAtMs',
  'notBeforeMs',
  'deadlineMs',
]);

const folder = mkdtempSync(path.join(tmpdir(), 'eros-same-'));
const server = await startPostgres();
const database = await createDatabase(server.url);
let failed;
try {
  const file = path.join(folder, 'demo.db');
  for (const target of [file, database.url])
    await run(process.execPath, [PROGRAM, 'demo', '--json', '--database', target], { maxBuffer: 1e9 });
  const sqlite = await rowsOf({ type: 'sqlite', path: file });
  const postgres = await rowsOf({ type: 'postgres', url: database.url, schema: SCHEMA });
  failed = compare(sqlite, postgres);
} finally {
  await database.drop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);

async function rowsOf(option) {
  const eros = await createEros({
    database: option,
    migrate: 'off',
    leaseMs: 3_600_000,
    transactionTimeoutMs: 600_000,
  });
  try {
    const ask = (sql) => eros.transaction((tx) => tx.query(sql));
    const tables = await ask(
      option.type === 'sqlite'
        ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        : `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${SCHEMA}'`,
    );
    const rows = new Map();
    for (const { name } of tables) {
      if (name in LEFT_OUT) continue;
      rows.set(name, (await ask(`SELECT * FROM ${name}`)).map((row) => shownRow(name, row)).sort());
    }
    return rows;
  } finally {
    await eros.close();
  }
}

function shownRow(table, row) {
  const kept = Object.entries(row).filter(
    ([column]) => !(`${table}.${column}` in LEFT_OUT) && !(`*.${column}` in LEFT_OUT),
  );
  return JSON.stringify(
    Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([column, value]) => [column, shown(value)])),
  );
}

/** JSON in one order of keys, since PostgreSQL keeps none. */
function shown(value) {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return ordered(JSON.parse(value));
  } catch {
    return value; // a text that begins like JSON
  }
}

function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? shown(value) : value;
  return Object.fromEntries(
    Object.keys(value)
      .filter((key) => !LEFT_OUT_OF_JSON.has(key))
      .sort()
      .map((key) => [key, ordered(value[key])]),
  );
}

function compare(sqlite, postgres) {
  const names = [...new Set([...sqlite.keys(), ...postgres.keys()])].sort();
  let total = 0;
  let different = 0;
  for (const name of names) {
    const [ours, theirs] = [sqlite.get(name) ?? [], postgres.get(name) ?? []];
    const other = ours.filter((row, i) => row !== theirs[i]).length + Math.max(0, theirs.length - ours.length);
    total += ours.length;
    different += other;
    console.log(
      `${other === 0 ? 'same     ' : 'DIFFERENT'}  ${name}  ${ours.length} rows on SQLite, ${theirs.length} on PostgreSQL${other ? `, ${other} differ` : ''}`,
    );
    const at = ours.findIndex((row, i) => row !== theirs[i]);
    if (other) console.log(`  SQLite:     ${ours[at]?.slice(0, 1500)}\n  PostgreSQL: ${theirs[at]?.slice(0, 1500)}`);
  }
  console.log(
    `left out: ${Object.entries(LEFT_OUT)
      .map(([what, why]) => `${what} (${why})`)
      .join('; ')}`,
  );
  console.log(`${total} rows of ${names.length} tables compared, ${different} differ`);
  return different;
}
