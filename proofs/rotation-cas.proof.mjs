// npm run proofs:rotation-cas [-- --procs 8 --updates 1000 --db sqlite,pg --seed 1]
// Processes write one creator's rotation at the same time, each so many times: read it, take one slot, write it under the
// version that was read, again when refused. Nothing is lost, and every version is written once. TypeORM's save() with a version
// column runs the same beside it; its row is printed.
import { countOf } from './harness/fleet.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

const CREATOR = {
  creator_id: 'c-1',
  page_name: 'c-1',
  page_type: 'paid',
  timezone: 'Europe/London',
  current_active_fans: '100',
};
const PATTERN = {
  content_types: ['solo', 'bundle', 'winner'],
  sequence_type: 'round_robin',
  weights: { solo: 0.34, bundle: 0.33, winner: 0.33 },
  cycle_length_days: 7,
  avoid_repeat_within: 2,
};

await prove('rotation-cas', { procs: 8, updates: 1_000, peer: 50, db: 'sqlite,pg' }, async (proof) => {
  const { procs, updates, peer } = proof.flags;
  await proof.eachDatabase(async ({ option: database }) => {
    const first = await withEngine(database, async (eros) => {
      await eros.data.importCreators([CREATOR]);
      await eros.transaction(async (tx) => {
        await tx.query('CREATE TABLE peer_counters (id INTEGER PRIMARY KEY, position INTEGER, version INTEGER)');
        await tx.query('INSERT INTO peer_counters VALUES (1, 0, 1), (2, 0, 1)');
      });
      return eros.rotations.start('c-1', PATTERN);
    });
    const workers = await Promise.all(Array.from({ length: procs }, () => proof.spawn('rotation.mjs')));
    await Promise.all(workers.map((worker) => worker.ask('open', database)));
    const taken = await Promise.all(workers.map((worker) => worker.ask('take', 'c-1', updates)));

    const versions = taken.flatMap(({ versions: own }) => own).sort((one, other) => one - other);
    const expected = Array.from({ length: procs * updates }, (_, nth) => first.version + 1 + nth);
    const last = await withEngine(database, (eros) => eros.rotations.get('c-1'));
    const refused = taken.reduce((sum, { refusedCount }) => sum + refusedCount, 0);
    proof.equal('updates that were told done', versions.length, procs * updates);
    proof.equal('slots taken: none is lost', last.position, procs * updates);
    proof.equal(
      'the stored version is the first plus one for each update',
      last.version,
      first.version + procs * updates,
    );
    proof.check(
      'versions go up by one, each written once',
      countOf(expected, (version, nth) => versions[nth] === version) === expected.length,
      `${versions[0]} to ${versions.at(-1)}`,
    );
    proof.check(
      'every writer was in the way of others',
      taken.every(({ refusedCount }) => refusedCount > 0),
      `${refused} writes were refused and repeated`,
    );

    await Promise.all(workers.map((worker) => worker.ask('takeByTypeOrm', peer)));
    const rewound = await workers[0].ask('rewindByTypeOrm');
    const [counter] = await withEngine(database, (eros) =>
      eros.transaction((tx) => tx.query('SELECT position, version FROM peer_counters WHERE id = 1')),
    );
    proof.note(
      `TypeORM save() with a version column, ${procs} x ${peer} updates: ${procs * peer - counter.position} lost without an error, version ${counter.version} in place of ${procs * peer + 1}; a stale copy saved over version ${rewound.before} leaves version ${rewound.after}`,
    );
    await Promise.all(workers.map((worker) => worker.ask('close')));
  });
});
