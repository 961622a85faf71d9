// npm run proofs:migrate-together [-- --procs 10 --db pg,sqlite --seed 1]
// So many processes open one empty database at the same time, and each finds it without a schema. All of them get to work; each
// migration is made once, and what they come to is the schema that one process alone would have made.
import { isDeepStrictEqual } from 'node:util';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

const COLUMNS = {
  sqlite: `SELECT m.name || '.' || c.name || ' ' || c.type AS what FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.name NOT LIKE 'sqlite_%' ORDER BY 1`,
  pg: `SELECT table_name || '.' || column_name || ' ' || data_type AS what FROM information_schema.columns
    WHERE table_schema = current_schema() ORDER BY 1`,
};

await prove('migrate-together', { procs: 10, db: 'pg,sqlite' }, async (proof) => {
  const { procs } = proof.flags;
  const alone = {};
  await proof.eachDatabase(async ({ kind, option }) => {
    alone[kind] = await withEngine(option, schemaOf(kind));
  });
  await proof.eachDatabase(async ({ kind, option: database }) => {
    const workers = await Promise.all(Array.from({ length: procs }, () => proof.spawn('breaker.mjs')));
    const told = await Promise.all(
      workers.map((worker) =>
        worker.ask('open', { database }).then(
          () => 'open',
          ({ code, message }) => code ?? message,
        ),
      ),
    );
    const refused = told.filter((end) => end !== 'open');
    proof.equal(`of ${procs} processes that open an empty database these are refused`, refused, []);
    await Promise.all(workers.map((worker) => worker.ask('state', 'api')));
    const { migrations, columns } = await withEngine(database, schemaOf(kind), { migrate: 'verify' });
    proof.equal('each migration is made once', migrations, alone[kind].migrations);
    const isSame = isDeepStrictEqual(columns, alone[kind].columns);
    proof.check('the schema is the one that a process alone makes', isSame, `${columns.length} columns`);
    await Promise.all(workers.map((worker) => worker.ask('close')));
  });
});

function schemaOf(kind) {
  return (eros) =>
    eros.transaction(async (tx) => ({
      migrations: (await tx.query('SELECT version, changes FROM eros_migrations ORDER BY id')).map(shown),
      columns: (await tx.query(COLUMNS[kind])).map(({ what }) => what),
    }));
}

/** The whole list of changes would fill the screen. */
function shown({ version, changes }) {
  return `${version}: ${changes.length} characters of changes`;
}
