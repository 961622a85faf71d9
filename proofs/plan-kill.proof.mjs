// npm run proofs:plan-kill [-- --kills 8 --seed 1 --mutilate half_week]
// Kills a planning process with SIGKILL at random moments. After each kill every creator has a whole week or none; the next
// run waits for the dead process's leases, finishes, and comes to the very plan of a process that was never killed.
// --mutilate spoils what the next run left: each check must notice.
import { spawn } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEros } from '@eros/app';
import { SqliteDatabase } from '@eros/adapters';
import { exportRows } from '../benchmarks/export-rows.mjs';
import { prove } from './harness/proof.mjs';

const MUTILATIONS = {
  none: undefined,
  half_week: "DELETE FROM schedule_items WHERE parent_item_id IS NULL AND item_type = 'engagement' AND item_id % 2 = 0",
  lost_prediction: 'DELETE FROM volume_predictions',
  lost_slots: 'UPDATE creator_rotation_state SET position = 0',
};
const AS_OF = '2026-11-22T12:00:00.000Z';
const WEEK = '2026-11-23';
const CREATORS = ['c-002', 'c-009'];
const LEASE_MS = 600;

const child = fileURLToPath(new URL('workers/plan-week.mjs', import.meta.url));

/** Starts a planning process; kills it `killAfterMs` after it began to plan. Resolves to whether it came to its end. */
function plan(file, killAfterMs) {
  return new Promise((resolve, reject) => {
    const started = spawn(process.execPath, [child, file, WEEK, AS_OF, String(LEASE_MS), ...CREATORS], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let begunAt = 0;
    started.stdout.on('data', (data) => {
      output += data;
      if (begunAt === 0 && output.includes('ready')) {
        begunAt = performance.now();
        if (killAfterMs !== undefined) setTimeout(() => started.kill('SIGKILL'), killAfterMs);
      }
    });
    started.on('error', reject);
    started.on('exit', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`planning ended with ${code ?? signal}`));
      else resolve({ ended: signal === null, ms: performance.now() - begunAt, report: output.split('\n')[1] });
    });
  });
}

/** All that a plan wrote, per creator, without ids and times of writing. */
async function writtenIn(file) {
  const database = await SqliteDatabase.open({ path: file });
  const all = (sql, ...params) => database.on().all(sql, params);
  const written = {};
  for (const creatorId of CREATORS) {
    const [template] = await all(
      'SELECT * FROM schedule_templates WHERE creator_id = ? AND week_start = ?',
      creatorId,
      WEEK,
    );
    const items = await all(
      `SELECT i.scheduled_at, i.item_type, i.channel, i.caption_id, i.suggested_price, i.content_type, i.structure, i.slot_position,
         p.scheduled_at AS parent_at FROM schedule_items i LEFT JOIN schedule_items p ON p.item_id = i.parent_item_id
       WHERE i.creator_id = ? ORDER BY i.scheduled_at, i.item_type`,
      creatorId,
    );
    const followups = await all(
      'SELECT parent_time, followup_time FROM ppv_followup_tracking WHERE creator_id = ? ORDER BY 1, 2',
      creatorId,
    );
    const predictions = await all(
      'SELECT week_start_date, predicted_weekly_revenue FROM volume_predictions WHERE creator_id = ?',
      creatorId,
    );
    const decisions = await all(
      'SELECT week_start_date, revenue_per_day, notes FROM volume_calculation_log WHERE creator_id = ?',
      creatorId,
    );
    const [rotation] = await all(
      'SELECT rotation_pattern, position FROM creator_rotation_state WHERE creator_id = ?',
      creatorId,
    );
    const operations = await all(
      "SELECT event_type FROM timing_operation_log WHERE creator_id = ? AND event_type = 'week_planned'",
      creatorId,
    );
    written[creatorId] = {
      template: template && {
        items: template.total_items,
        ppvs: template.total_ppvs,
        from: template.slots_from,
        to: template.slots_to,
      },
      ...{ items, followups, predictions, decisions, rotation, operations: operations.length },
    };
  }
  await database.close();
  return written;
}

/** What is wrong with what a creator has: nothing if it is the whole week or none of it. */
function faultOf(creatorId, found, whole) {
  if (JSON.stringify(found) === JSON.stringify(whole)) return undefined;
  const { template, items, followups, predictions, decisions, rotation, operations } = found;
  const rows =
    items.length + followups.length + predictions.length + decisions.length + operations + (rotation ? 1 : 0);
  return template === undefined && rows === 0 ? undefined : `${creatorId} has part of a week`;
}

async function mutilate(file, statement) {
  const database = await SqliteDatabase.open({ path: file });
  await database.on().run(statement);
  await database.close();
}

await prove('plan-kill', { kills: 8, mutilate: 'none' }, async ({ flags, folder, random, check, note }) => {
  if (!(flags.mutilate in MUTILATIONS))
    throw new Error(`--mutilate ${flags.mutilate}: give one of ${Object.keys(MUTILATIONS).join(', ')}`);
  const fileOf = (name) => path.join(folder, `${name}.db`);
  const seed = await createEros({
    database: { type: 'sqlite', path: fileOf('seed') },
    clock: { nowMs: () => Date.parse(AS_OF) },
  });
  await seed.data.importCreators(await exportRows('creators'));
  await seed.data.importCaptions(await exportRows('captions'));
  const rows = await exportRows('messages');
  await seed.data.importMessages(rows.filter((row) => CREATORS.includes(row.creator_id)));
  await seed.close();
  const copy = (name) => copyFileSync(fileOf('seed'), fileOf(name));

  copy('control');
  const control = await plan(fileOf('control'));
  const expected = await writtenIn(fileOf('control'));
  note(`a plan of ${CREATORS.length} weeks takes ${control.ms.toFixed(0)} ms`);

  let whole = 0;
  let none = 0;
  let lateTries = 0;
  /** Kills a planning process before its end: one that was faster is planned again, and killed earlier. */
  const killOne = async (name, isLate) => {
    for (let { ms } = control; ;) {
      copy(name);
      // Much is read and computed before the first write: half of the kills fall into the writing half.
      const afterMs = ms * (isLate ? 0.5 + 0.6 * random() : random());
      const run = await plan(fileOf(name), afterMs);
      if (!run.ended) return afterMs;
      lateTries += 1;
      ({ ms } = run);
    }
  };
  for (let kill = 1; kill <= flags.kills; kill += 1) {
    const name = `kill-${kill}`;
    const afterMs = await killOne(name, kill % 2 === 1);
    const left = await writtenIn(fileOf(name));
    const faults = CREATORS.flatMap((id) => faultOf(id, left[id], expected[id]) ?? []);
    whole += CREATORS.filter((id) => left[id].template).length;
    none += CREATORS.filter((id) => !left[id].template).length;
    await plan(fileOf(name));
    const mutilation = MUTILATIONS[flags.mutilate];
    if (mutilation) await mutilate(fileOf(name), mutilation);
    const final = await writtenIn(fileOf(name));
    for (const id of CREATORS)
      if (JSON.stringify(final[id]) !== JSON.stringify(expected[id])) faults.push(`${id} ended with another week`);
    check(
      `kill ${kill}, after ${afterMs.toFixed(0)} ms, leaves whole weeks or none, and the next run finishes`,
      faults.length === 0,
      faults.join(', '),
    );
    rmSync(fileOf(name));
  }
  note(
    `left behind by the killed: ${whole} whole weeks, ${none} times nothing; ${lateTries} kills came too late, and were repeated`,
  );
});
