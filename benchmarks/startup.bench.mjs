// npm run bench:startup: what it costs to import the engine and to open a migrated file, in fresh processes.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Goals, inTempFolder, median } from './measure.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const app = pathToFileURL(path.join(root, 'packages/app/dist/bundle.js')).href;
const typeorm = pathToFileURL(path.join(root, 'node_modules/typeorm/index.mjs')).href;
const ROUNDS = 9;

const run = (script) =>
  JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
const imports = (url) =>
  run(`const start = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - start)`);
const opening = (file) =>
  run(`const { createEros } = await import(${JSON.stringify(app)});
    const database = { type: 'sqlite', path: ${JSON.stringify(file)} };
    const start = performance.now(); const eros = await createEros({ database }); const ms = performance.now() - start;
    await eros.close(); console.log(ms)`);

await inTempFolder(async (folder) => {
  const file = path.join(folder, 'eros.db');
  opening(file); // creates and migrates it
  const rounds = Array.from({ length: ROUNDS }, () => ({
    typeorm: imports(typeorm),
    app: imports(app),
    open: opening(file),
  }));
  const of = (name) => median(rounds.map((round) => round[name]));
  const ratio = median(rounds.map((round) => round.app / round.typeorm));
  const goals = new Goals();
  goals.check(
    'createEros() on a migrated file, after its imports',
    of('open') <= 100,
    `${of('open').toFixed(0)} ms (goal <= 100)`,
  );
  goals.check(
    "importing '@eros/app'",
    ratio <= 1.5,
    `${of('app').toFixed(0)} ms, ${ratio.toFixed(2)} x a bare import of 'typeorm' (${of('typeorm').toFixed(0)} ms; goal <= 1.5)`,
  );
  goals.end();
});
