// npm run proofs:fleet-scale [-- --creators 10000 --workers 1,2,4 --kill-ms 5000 --lease-ms 10000 --running 32 --dispatch pg-boss]
// Worker processes on one database plan a fleet. One of them is killed every now and then, in the midst of its work, and
// replaced; two ask for the same fleet at once, and it is asked for again in the middle and at the end. No week may be planned
// twice, none may be missing, and nobody may take a saga up before its former worker's lease is over. Prints how many creators are
// planned in a second by 1, 2 and 4 workers.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createEros } from '@eros/app';
import { exportRows } from '../benchmarks/export-rows.mjs';
import { pause } from './harness/fleet.mjs';
import { prove } from './harness/proof.mjs';

const WEEK = '2026-11-23';
const AS_OF = new Date('2026-11-22T12:00:00Z');
const ZONES = ['America/Los_Angeles', 'America/New_York', 'Europe/London', 'Europe/Berlin', 'UTC'];
const SWEEP_MS = 200;
/** Between two kills so many times what a worker has in hand is planned: on a busy machine nothing else would ever be. */
const PLANNED_BETWEEN = 4;

const creatorId = (index) => `c-${String(index + 1).padStart(5, '0')}`;

/** Creators that nobody has sent anything for yet, of all sizes. */
const madeUp = (count, random) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ creator_id: creatorId(index), page_name: `page_${index + 1}`, display_name: `Page ${index + 1}` },
    ...{ page_type: index % 3 === 0 ? 'free' : 'paid', timezone: ZONES[index % ZONES.length], is_active: 1 },
    current_active_fans: Math.round(50 * 10 ** (3 * random())),
  }));

const linesOf = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** How often each occurs. */
const countsOf = (names) => names.reduce((counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1), new Map());

const defaults = {
  ...{ creators: 120, workers: '1,2,4', 'kill-ms': 1_000, 'lease-ms': 5_000, running: 8 },
  ...{ db: 'pg', dispatch: 'sweep', 'patience-ms': 60_000 },
};

await prove('fleet-scale', defaults, async (proof) => {
  const { flags } = proof;
  const paces = [];
  for (const count of flags.workers.split(',').map(Number)) {
    await proof.eachDatabase(async ({ option }) => {
      const pace = await planned(proof, option, count);
      paces.push(`${count} ${count === 1 ? 'worker' : 'workers'}: ${pace.toFixed(1)} creators/s`);
    });
  }
  proof.note(paces.join('; '));
});

function moreThanOnce(counts) {
  return [...counts].filter(([, count]) => count > 1).map(([name]) => name);
}

/** One fleet, planned by so many workers. Answers with creators planned per second. */
async function planned({ flags, folder, random, spawn, check, equal, note }, database, count) {
  const ledgerFile = path.join(folder, `ledger-${count}.jsonl`);
  writeFileSync(ledgerFile, '');
  const leaseMs = flags['lease-ms'];
  // Its transactions read all journals of the fleet at the end; it works on no saga itself.
  const desk = await createEros({ database, migrate: 'auto', leaseMs: 300_000, transactionTimeoutMs: 90_000 });
  const other = await createEros({ database, migrate: 'verify' });
  const ask = (sql) => desk.transaction((tx) => tx.query(sql));
  try {
    await desk.data.importCreators(madeUp(flags.creators, random));
    await desk.data.importCaptions((await exportRows('captions')).filter(({ creator_id }) => !creator_id));
    const name = (what) => `${count} ${count === 1 ? 'worker' : 'workers'}: ${what}`;
    const request = { weekStart: WEEK, asOf: AS_OF };
    const askedAt = performance.now();
    const [fleet] = await Promise.all([desk.schedules.startFleet(request), other.schedules.startFleet(request)]);
    note(name(`${flags.creators} creators put in line in ${((performance.now() - askedAt) / 1_000).toFixed(1)} s`));

    // Workers: some at work, one killed now and then.
    const atWork = [];
    const killed = [];
    const replacing = [];
    let made = 0;
    const employ = async () => {
      const node = `worker-${(made += 1)}`;
      const worker = await spawn('fleet.mjs');
      const workers = flags.db === 'pg' ? { dispatch: flags.dispatch } : undefined;
      const settings = { leaseMs, sweepMs: SWEEP_MS, runningMax: flags.running, workers };
      await worker.ask('open', { database, node, ledgerFile, ...settings });
      atWork.push({ node, worker });
    };
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: count }, employ));
    let isOver = false;
    let [killedAt, doneThen] = [-Infinity, 0];
    const killOne = async (done) => {
      const isTime = performance.now() - killedAt >= flags['kill-ms'];
      if (!isTime || done - doneThen < PLANNED_BETWEEN * flags.running || atWork.length === 0) return;
      [killedAt, doneThen] = [performance.now(), done];
      const { node, worker } = atWork.splice(Math.floor(random() * atWork.length), 1)[0];
      await worker.kill();
      killed.push(node);
      replacing.push(employ());
    };

    const stop = new AbortController();
    let [done, changedAt] = [0, performance.now()];
    let again;
    const waiting = fleet.wait({
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.done === done) return;
        [done, changedAt] = [progress.done, performance.now()];
      },
    });
    const watching = (async () => {
      while (!isOver) {
        await pause(20);
        if (done < flags.creators) await killOne(done);
        if (again === undefined && done >= flags.creators / 2) again = other.schedules.startFleet(request);
        if (performance.now() - changedAt > flags['patience-ms']) stop.abort();
      }
    })();
    const report = await waiting;
    const seconds = (performance.now() - startedAt) / 1_000;
    isOver = true;
    await watching;
    await Promise.all(replacing);
    const inTheMiddle = await again;
    const atTheEnd = await other.schedules.startFleet(request);
    for (const { worker } of atWork) await worker.kill();

    check(name('a worker was killed in the midst of it'), killed.length > 0, `${killed.length} killed`);
    check(
      name('every creator is planned, none failed'),
      report.planned.length === flags.creators && report.failed.length === 0,
      [`${report.planned.length} of ${flags.creators} planned`, ...report.failed.slice(0, 3)],
    );
    equal(name('asked again in the middle, nothing is put in line anew'), inTheMiddle?.enqueued, 0);
    equal(
      name('asked again at the end, all is there'),
      [atTheEnd.enqueued, atTheEnd.already.length],
      [0, flags.creators],
    );

    const sagas = await ask("SELECT saga_id, creator_id, status FROM saga_execution_log WHERE saga_id LIKE 'fleet:%'");
    equal(name('one saga for each creator'), sagas.length, flags.creators);
    const perCreator = await ask(`SELECT c.creator_id,
        (SELECT count(*) FROM schedule_templates t WHERE t.creator_id = c.creator_id) AS weeks,
        (SELECT count(*) FROM volume_predictions p WHERE p.creator_id = c.creator_id) AS predictions,
        (SELECT count(*) FROM volume_calculation_log l WHERE l.creator_id = c.creator_id) AS decisions,
        (SELECT count(*) FROM timing_operation_log o WHERE o.creator_id = c.creator_id AND o.event_type = 'week_planned') AS told,
        (SELECT r.position FROM creator_rotation_state r WHERE r.creator_id = c.creator_id) AS position,
        (SELECT t.slots_to FROM schedule_templates t WHERE t.creator_id = c.creator_id) AS slots_to
      FROM creators c`);
    const isOnce = ({ weeks, predictions, decisions, told, position, slots_to }) =>
      [weeks, predictions, decisions, told].every((each) => Number(each) === 1) &&
      Number(position) === Number(slots_to);
    const odd = perCreator.filter((row) => !isOnce(row));
    check(
      name('each has one week, prediction, decision and log entry, and its slots were taken once'),
      perCreator.length === flags.creators && odd.length === 0,
      odd.length === 0 ? `${perCreator.length} creators` : odd.slice(0, 3),
    );

    const ledger = linesOf(ledgerFile);
    const stored = countsOf(ledger.flatMap((line) => line.stored ?? []));
    const ended = countsOf(ledger.flatMap(({ end, saga }) => (end === 'completed' ? saga : [])));
    const ends = [...countsOf(ledger.flatMap(({ end }) => end ?? []))].map(([end, times]) => `${times} ${end}`);
    note(name(`as the workers that were not killed saw it: ${ends.join(', ')}`));
    const inHand = killed.length * flags.running;
    equal(name('by the ledger no week was stored twice'), moreThanOnce(stored), []);
    equal(name('by the ledger no saga was ended twice'), moreThanOnce(ended), []);
    check(
      name('the ledger knows who stored each, but for what the killed had in hand'),
      flags.creators - stored.size <= inHand,
      `${flags.creators - stored.size} unknown, at most ${inHand} in the hands of ${killed.length} killed`,
    );
    const journal = await ask(
      "SELECT saga_id, seq, entry, at FROM saga_journal WHERE saga_id LIKE 'fleet:%' ORDER BY saga_id, seq",
    );
    const { claims, early } = claimsOf(journal, leaseMs);
    const repeated = [...claims.values()].filter((each) => each > 1).length;
    check(
      name('no saga was taken up again before a whole lease had passed'),
      early.length === 0,
      early.length === 0 ? `${repeated} of ${sagas.length} were taken up again` : early.slice(0, 3),
    );
    return report.planned.length / seconds;
  } finally {
    await desk.close();
    await other.close();
  }
}

/**
 * How often each saga was claimed, and the claims that came too early. Nobody hands anything back here, so between what a worker wrote
 * last and the claim of the next there is at least one lease.
 */
function claimsOf(journal, leaseMs) {
  const claims = new Map();
  const early = [];
  let last;
  for (const { saga_id, entry, at } of journal) {
    const { type } = typeof entry === 'string' ? JSON.parse(entry) : entry;
    const atMs = Date.parse(at instanceof Date ? at.toISOString() : at);
    if (type === 'claimed') {
      const count = (claims.get(saga_id) ?? 0) + 1;
      claims.set(saga_id, count);
      if (count > 1 && last.saga_id === saga_id && atMs - last.atMs < leaseMs)
        early.push(`${saga_id} after ${atMs - last.atMs} ms`);
    }
    last = { saga_id, atMs };
  }
  return { claims, early };
}
