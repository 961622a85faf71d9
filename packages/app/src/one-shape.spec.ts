import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { exportedCreators } from './testing/export-rows.js';
import { openEngine } from './testing/open-engine.js';

const BUNDLE = path.join(__dirname, '../dist/bundle.js');
/** More than there are modules and classes, each of which makes some when it is loaded. */
const CALLS = 1_000;
const [creator] = exportedCreators();

/** Calls and sagas in a process of their own, and objects that cannot share a hidden class, in line 13. */
const script = (database: unknown): string => `
  const { createEros } = await import(${JSON.stringify(BUNDLE)});
  const eros = await createEros({ database: ${JSON.stringify(database)} });
  await eros.data.importCreators([${JSON.stringify(creator)}]);
  const step = (name) => ({ name, execute: async ({ input }) => input });
  const saga = eros.sagas.define({ name: 'shape', version: 1, steps: [step('one'), step('two')] });
  const kept = [];
  for (let n = 0; n < ${CALLS}; n += 1) {
    await eros.idempotency.run('shape', { n }, async () => ({ n }));
    await eros.idempotency.run('shape in a transaction', { n }, ({ transaction }) => transaction(async () => n));
    await eros.breakers.run('shape', async () => n);
    await saga.run({ creatorId: ${JSON.stringify(creator?.creator_id)}, input: { n } });
    kept.push({ get own() { return n; } });
  }
  await eros.close();`;

/** How often V8 made a hidden class, by the place in the code and the member that was the reason. */
async function hiddenClassesOf(code: string): Promise<Map<string, number>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'eros-shape-'));
  try {
    const log = path.join(folder, 'maps.log');
    const flags = ['--log-maps', `--logfile=${log}`, '--no-logfile-per-isolate', '--input-type=module'];
    await promisify(execFile)(process.execPath, [...flags, '-e', code]);
    const made = new Map<string, number>();
    for (const line of readFileSync(log, 'utf8').split('\n')) {
      const [event, , , , , , row, column, , member] = line.split(',');
      if (event !== 'map') continue;
      const place = `${row}:${column} ${member}`;
      made.set(place, (made.get(place) ?? 0) + 1);
    }
    return made;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('idempotent calls, guarded calls and sagas make no hidden class for each object', async () => {
  const { database, close } = await openEngine();
  try {
    const often = [...(await hiddenClassesOf(script(database)))].filter(([, times]) => times >= CALLS);
    expect(often).toEqual([[expect.stringMatching(/^13:/), expect.any(Number)]]);
  } finally {
    await close();
  }
});
