// npm run proofs:saga-embed [-- --instances 2 --db sqlite,pg --seed 1]
// So many engines in one process, each on a database of its own, and a second process beside it: sagas of the same names, each
// done by its own engine's functions on its own database. No server is needed, nothing global is left, and an engine that is
// closed takes nothing from the others.
import path from 'node:path';
import { createDatabase } from '../tools/pg-test-server.mjs';
import { Ledger } from './harness/ledger.mjs';
import { prove } from './harness/proof.mjs';
import { storedSagas, violationsOf } from './harness/saga-checks.mjs';
import { CREATE_MARKS, CREATOR } from './harness/scripted-saga.mjs';
import { withEngine } from './harness/stored.mjs';

const LEASE_MS = 6_000;
const SAGAS = 10;
/** Where TypeORM keeps what decorators say. The engine has none; whoever imports TypeORM has this. */
const TYPEORMS = 'typeormMetadataArgsStorage';
const DEFINITION = {
  ...{ name: 'order', version: 1 },
  steps: [
    { name: 'reserve', undo: {} },
    { name: 'book', kind: 'transaction', retry: { attempts: 9, delayMs: 10 } },
    { name: 'pay' },
  ],
};

await prove('saga-embed', { instances: 2, db: 'sqlite,pg' }, async (proof) => {
  await proof.eachDatabase(async ({ kind, option, server }) => {
    const others = Array.from({ length: proof.flags.instances - 1 }, async (_, nth) =>
      kind === 'pg'
        ? { type: 'postgres', url: (await createDatabase(server.url)).url }
        : { type: 'sqlite', path: path.join(proof.folder, `embed-${nth + 2}.db`) },
    );
    await embed(proof, kind, [option, ...(await Promise.all(others))]);
  });
});

async function embed(proof, kind, databases) {
  const { check, equal } = proof;
  const ledgers = databases.map((_, nth) => new Ledger(path.join(proof.folder, `ledger-${kind}-${nth}`)).clear());
  for (const database of databases) {
    await withEngine(database, async (eros) => {
      await eros.data.importCreators([CREATOR]);
      await eros.transaction((tx) => tx.query(CREATE_MARKS));
    });
  }
  const host = await proof.spawn('saga.mjs');
  const beside = await proof.spawn('saga.mjs');
  const globals = await host.ask('globals');
  const resources = await host.ask('resources');
  const optionsOf = (nth) => ({
    ...{ database: databases[nth], ledgerFile: ledgers[nth].file, definitions: [DEFINITION], isStarted: true },
    ...{ leaseMs: LEASE_MS, sagas: { sweepMs: 100 } },
  });
  const engines = databases.map((_, nth) => `engine-${nth + 1}`);
  await Promise.all(engines.map((id, nth) => host.ask('open', { id, node: id, ...optionsOf(nth) })));
  await beside.ask('open', { id: 'beside', node: 'beside', ...optionsOf(0) });

  // The same ids everywhere: what is one engine's is not another's.
  const ids = Array.from({ length: SAGAS }, (_, nth) => `saga ${nth}`);
  const requestOf = (sagaId, script = {}) => ({
    ...{ name: DEFINITION.name, sagaId, creatorId: CREATOR.creator_id },
    input: { script },
  });
  const ends = await Promise.all(
    engines.map((id) => Promise.all(ids.map((sagaId) => host.ask('run', requestOf(sagaId), id)))),
  );
  ends.forEach((all, nth) => {
    const byOwn = all.every(({ value }) => value?.results.pay.by === engines[nth]);
    check(`${engines[nth]}: its sagas are done by its own functions`, byOwn, `${all.length} sagas`);
  });
  const joined = await beside.ask('run', requestOf(ids[0]), 'beside');
  equal('another process on the same database is told the same end', joined.value?.results, ends[0][0].value.results);
  const own = await beside.ask('run', requestOf('of the other process'), 'beside');
  equal('and does its own', own.value?.results.pay.by, 'beside');

  // One is closed in the middle of a saga; the next is in the middle of one, too, and goes on.
  const last = engines.at(-1);
  for (const [nth, id] of [
    [0, engines[0]],
    [engines.length - 1, last],
  ]) {
    const held = requestOf('held', { pay: { holds: engines[nth] } });
    await host.ask('begin', held, id);
    await host.said('at', ({ node }) => node === id, 100_000);
  }
  const closing = host.ask('close', { timeoutMs: 100 }, engines[0]);
  await closing;
  equal('a closed engine is closed', (await host.ask('sagas', 'list', [], engines[0])).code, 'engine_closed');
  await host.ask('go', 'held', 'pay', last);
  const heldEnd = await host.ask('run', requestOf('held', { pay: { holds: last } }), last);
  equal('the others go on', heldEnd.value?.results.pay.by, last);
  const handedOver = await beside.ask('run', requestOf('held', { pay: { holds: engines[0] } }), 'beside');
  equal('and what it handed back another process ends', handedOver.value?.results.pay.by, 'beside');

  for (const id of engines.slice(1)) await host.ask('close', {}, id);
  const after = await host.ask('globals');
  const made = after.filter((name) => !globals.includes(name) && name !== TYPEORMS);
  equal('nothing global was made', made, []);
  const left = await host.ask('resources');
  const more = left.filter((name) => !resources.includes(name));
  equal('no server was opened, and no handle is left', more, []);
  await beside.ask('close', {}, 'beside');

  const faults = [];
  for (const [nth, database] of databases.entries()) {
    const all =
      nth === 0 ? [...ids, 'held', 'of the other process'] : nth === databases.length - 1 ? [...ids, 'held'] : ids;
    const stored = await withEngine(database, (eros) => storedSagas(eros, all));
    const bySaga = ledgers[nth].bySaga();
    equal(`database ${nth + 1}: its sagas, and no other`, [...stored.keys()].sort(), [...all].sort());
    for (const id of all)
      faults.push(...violationsOf({ definition: DEFINITION, stored: stored.get(id), lines: bySaga[id] ?? [] }));
    const strangers = ledgers[nth].lines(({ node }) => node !== engines[nth] && !(nth === 0 && node === 'beside'));
    equal(`database ${nth + 1}: nobody else worked there`, strangers, []);
  }
  equal('violations', faults, []);
}
